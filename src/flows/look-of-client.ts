import type { Call } from "../call.ts";
import { SETTINGS_LIFETIME } from "../directory/pools.ts";
import { readLogo, readUiCustomizationOfClient, type UiCustomization } from "../directory/ui-customizations.ts";
import { type Bytes, fromBase64 } from "../lib/encoding.ts";
import { Memo } from "../lib/memo.ts";
import { Refusal } from "../lib/refusal.ts";
import { compileStyleSheet } from "../mechanisms/branding/style-sheet.ts";
import { poolOfHost } from "./pool-of-host.ts";

/** How the owner wants the pages of a client to look. */
export interface ClientLook {
  /** Rules for the documented classes alone, ready to be part of a page. */
  css?: string;
  /** Path of the logo, on any host of the service. */
  logo?: string;
}

/** By client, with the pool that it is of where it has a look. */
const known = new Memo<ClientLook & { poolId?: string }>(SETTINGS_LIFETIME, 200);

/** Amazon Cognito API: CreateUserPoolClient, ClientId. */
const CLIENT_ID = /^[\w+]{1,128}$/;

/**
 * The look of a client, no older than five seconds: its own, else that of its pool (Amazon Cognito API: SetUICustomization).
 * At most one hop's time, which waits for no other: the client may turn out to be unknown, and then has none.
 * @param host where the page is: at a pool's own domain, clients of other pools have none
 */
export async function lookOf(call: Call, clientId: string | undefined, host: string): Promise<ClientLook> {
  if (clientId === undefined || !CLIENT_ID.test(clientId)) return {};
  const [pool, { poolId, ...look }] = await Promise.all([poolOfHost(call, host), findLook(call, clientId)]);
  return pool && pool.id !== poolId ? {} : look;
}

async function findLook(call: Call, clientId: string): Promise<ClientLook & { poolId?: string }> {
  const held = known.get(clientId, call.now);
  if (held) return held;
  const found = await readUiCustomizationOfClient(call.db, clientId);
  const css = found?.css && compiled(call, found.css);
  const look = found
    ? { poolId: found.poolId, ...(css && { css }), ...(found.imageType && { logo: logoPath(found) }) }
    : {};
  known.set(clientId, look, call.now);
  return look;
}

/** Drops the isolate's copy, after a change. That of the pool changes for its clients as their copies expire. */
export const forgetLook = (clientId: string): void => known.delete(clientId);

/** What was accepted once is held against the rules of today. */
function compiled(call: Call, css: string): string | undefined {
  try {
    return compileStyleSheet(css);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    call.log("refused", { target: "CSS", name: thrown.name, reason: thrown.message });
    return undefined;
  }
}

/** Where a logo is. Every logo has an address of its own, so that browsers may keep it. */
export const logoPath = ({
  poolId,
  clientId,
  version,
}: Pick<UiCustomization, "poolId" | "clientId" | "version">): string => `/ui/${poolId}/${clientId}/${version}/logo`;

/**
 * A logo as it is now. One hop beside that for the host, if its domain is not known yet.
 * @param host where it is asked for: a pool's own domain has no logos of other pools
 */
export async function logoOf(
  call: Call,
  host: string,
  poolId: string,
  clientId: string,
): Promise<{ bytes: Bytes; type: string; version: string } | undefined> {
  const [pool, row] = await Promise.all([poolOfHost(call, host), readLogo(call.db, poolId, clientId)]);
  const bytes = row && (pool === undefined || pool.id === poolId) ? fromBase64(row.image) : null;
  return row && bytes ? { bytes, type: row.imageType, version: row.version } : undefined;
}
