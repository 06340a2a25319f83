import type { Call } from "../../../call.ts";
import { Refusal } from "../../../lib/refusal.ts";
import type { AuthenticatedClient } from "../client/authenticate-client.ts";
import { mayUseDevices, POLL_INTERVAL } from "./device-authorization.ts";
import { type DeviceCode, openDeviceCode } from "./device-code.ts";
import { type DeviceDecision, type DeviceRequest, pollRequest } from "./device-request.ts";
import type { Possession } from "../client/dpop-proof.ts";
import { type GrantedTokens, redeem } from "../redeem.ts";

/** Milliseconds that a poll may come early: two that were sent in time need not arrive so. */
const EARLY = 1_000;

/** What a device presents for tokens. */
export interface DeviceRedemption {
  deviceCode: string;
  /** RFC 8707 §2.2: what was asked for, once more. */
  resource: string | undefined;
  /** Of the key that the access token is to be bound to (RFC 9449 §5). Each poll spends its proof. */
  possession: Possession | undefined;
}

const refuse = (reason: string): Refusal => new Refusal("invalid_grant", "", { reason });

/**
 * Tokens for a device code (RFC 8628 §3.4), once. One hop's time while the person is awaited; three with tokens, of which
 * the second spends the code beside the read of the user, and the third opens the session. A code that comes again gets
 * nothing, and takes nothing away: it never passes through a browser where it could be caught, and a device that lost an
 * answer asks again.
 * @throws Refusal unauthorized_client, authorization_pending, slow_down, access_denied, expired_token, invalid_grant,
 *   invalid_target, invalid_dpop_proof, UnexpectedLambdaException
 */
export async function deviceGrant(
  call: Call,
  { client, pool }: AuthenticatedClient,
  { deviceCode, resource, possession }: DeviceRedemption,
): Promise<GrantedTokens> {
  if (!mayUseDevices(client)) {
    throw new Refusal("unauthorized_client", "The device authorization grant is not enabled for the client.");
  }
  const code = await openDeviceCode(call, client, deviceCode);
  if (!code) throw refuse("foreign code");
  // The proof is judged before the code is spent: a device that sent one twice has lost nothing.
  const [{ request, decision }] = await Promise.all([decided(call, code), possession?.spend()]);
  if (resource !== undefined && resource !== request.resource) {
    throw new Refusal("invalid_target", "resource differs from that of the device authorization request.");
  }

  const { sub, browserSession, authTime } = decision;
  const { scope } = request;
  const terms = { ...decision.terms, ...(request.resource !== undefined && { resource: request.resource }) };
  const entitlement = { ...code, kind: "device", sub, browserSession, authTime, scope, terms } as const;
  const tokens = await redeem(call, { client, pool }, entitlement, possession);
  if (!tokens) throw refuse("used before");
  return tokens;
}

/** What the person allowed. @throws Refusal while they have not, or will not any more (RFC 8628 §3.5) */
async function decided(
  call: Call,
  { userCode, session, expiresAt }: DeviceCode,
): Promise<{ request: DeviceRequest; decision: DeviceDecision & { allowed: true } }> {
  if (expiresAt <= call.now) throw new Refusal("expired_token", "");
  const found = await pollRequest(call, userCode, POLL_INTERVAL * 1000 - EARLY);
  if (found?.request.session !== session) throw refuse("no such request");
  const { decision, request, tooSoon } = found;
  if (!decision) throw new Refusal(tooSoon ? "slow_down" : "authorization_pending", "");
  if (!decision.allowed) throw new Refusal("access_denied", "");
  return { request, decision };
}
