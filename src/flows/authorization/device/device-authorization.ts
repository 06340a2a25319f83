import type { Call } from "../../../call.ts";
import type { Client } from "../../../directory/clients.ts";
import { findScopes } from "../../../directory/resource-servers.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { addressOfPool } from "../../address-of-pool.ts";
import type { AuthenticatedClient } from "../client/authenticate-client.ts";
import { isResource } from "../request/request-parameters.ts";
import { grantedScopes, lacksOpenId } from "../request/authorization-scopes.ts";
import { newUserCode, sealDeviceCode, showUserCode } from "./device-code.ts";
import { type DeviceRequest, rememberRequest } from "./device-request.ts";

/** What a device shows its person, and what it polls with. */
export interface DeviceAuthorization {
  deviceCode: string;
  /** As people see it. */
  userCode: string;
  verificationUri: string;
  /** The same address with the user code in it. */
  verificationUriComplete: string;
  /** Seconds that both codes live. */
  expiresIn: number;
  /** Seconds between two polls. */
  interval: number;
}

/** Seconds that a request waits for its person. A browser session that ends meanwhile is kept for as long. */
const LIFETIME = 600;

/** Seconds (RFC 8628 §3.2). */
export const POLL_INTERVAL = 5;

/** User codes that are tried before giving up: with a million devices waiting, one in 25,000 is taken. */
const TRIES = 5;

/** Whether a client may be used on devices; a value of AllowedOAuthFlows that Cognito does not have. */
export const mayUseDevices = ({ settings }: Client): boolean =>
  settings.AllowedOAuthFlowsUserPoolClient === true &&
  (settings.AllowedOAuthFlows as string[] | undefined)?.includes("device_code") === true;

/**
 * Begins the authorization of a device (RFC 8628 §3.1). One hop while client, scopes and domains are known.
 * @param scope space-separated, as sent; without any, all that the client has
 * @param resource what the access tokens are to be for (RFC 8707 §2)
 * @throws Refusal unauthorized_client, invalid_scope, invalid_target
 */
export async function authorizeDevice(
  call: Call,
  { client, pool }: AuthenticatedClient,
  { scope, resource }: { scope: string | undefined; resource: string | undefined },
): Promise<DeviceAuthorization> {
  if (!mayUseDevices(client)) {
    throw new Refusal("unauthorized_client", "The device authorization grant is not enabled for the client.");
  }
  const [existing, address] = await Promise.all([findScopes(call.db, pool.id, call.now), addressOfPool(call, pool.id)]);
  const scopes = grantedScopes(client.settings.AllowedOAuthScopes ?? [], existing, scope);
  if (!scopes) throw new Refusal("invalid_scope", "");
  if (lacksOpenId(scopes)) throw new Refusal("invalid_scope", "email, phone and profile need openid.");
  if (resource !== undefined && !isResource(resource)) {
    throw new Refusal("invalid_target", "resource is not an absolute URL without fragment.");
  }

  const session = crypto.randomUUID();
  const expiresAt = call.now + LIFETIME * 1000;
  const request: DeviceRequest = {
    session,
    clientId: client.id,
    poolId: pool.id,
    scope: scopes.join(" "),
    ...(resource !== undefined && { resource }),
  };
  const userCode = await remember(call, request, expiresAt);
  const shown = showUserCode(userCode);
  return {
    deviceCode: await sealDeviceCode(call, client, { userCode, session, shard: call.newShard(), expiresAt }),
    userCode: shown,
    verificationUri: `${address}/device`,
    verificationUriComplete: `${address}/device?user_code=${shown}`,
    expiresIn: LIFETIME,
    interval: POLL_INTERVAL,
  };
}

/** @returns the user code under which the request is remembered, which no other request has at this time */
async function remember(call: Call, request: DeviceRequest, expiresAt: number): Promise<string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const userCode = newUserCode();
    if (await rememberRequest(call, userCode, request, expiresAt)) return userCode;
  }
  throw new Error("no user code is free");
}
