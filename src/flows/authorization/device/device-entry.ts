// The code that a person types for their device (RFC 8628 §3.3), and their way through the sign-in pages with it.
//
// Those pages run inside an authorization request and end by answering it. A device has no address to be answered at, so
// the page for devices is one: what the person has entered travels sealed in the address of the sign-in pages, in the place
// of `redirect_uri`, and comes back to `/device` as `state`. Nobody else can write such a text, the address is always
// `/device` on the same host, and the answer carries neither code nor token: there is nothing to be led astray by, and
// nothing to catch. Keeping the entry in a cookie would mix up two devices in two tabs; looking the user code up again on
// each page would let codes be guessed at all of them.
import type { Call } from "../../../call.ts";
import { takeBackAttempt } from "../../../directory/attempts.ts";
import type { Client } from "../../../directory/clients.ts";
import { toBase64Url, utf8 } from "../../../lib/encoding.ts";
import { hmacSha256 } from "../../../lib/hash.ts";
import { networkOf } from "../../../lib/network.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { checkLimit, countTry } from "../../hourly-limits.ts";
import { issuerOf } from "../../issue-tokens.ts";
import { poolOfHost } from "../../pool-of-host.ts";
import type { ResponseTarget } from "../authorization-response.ts";
import { readUserCode } from "./device-code.ts";
import { type DeviceRequest, waitingRequest } from "./device-request.ts";

/** The parameter in which the sign-in pages are told of an entry. */
export const ENTRY = "device";

/** A user code that a person entered and that was found. What it is about may be over by now. */
export interface DeviceEntry extends Pick<DeviceRequest, "session" | "clientId" | "poolId"> {
  userCode: string;
  /** What only the browser knows in which it was entered: in any other, the entry is worth no more than its user code. */
  browser: string;
  /** Milliseconds since 1970. */
  enteredAt: number;
}

const PURPOSE = "device-entry";

/**
 * Looks for the request that a person's code is about. Wrong codes are counted for each network, since nobody needs to be
 * signed in to try, and beyond the hourly limit right ones are turned away, too (RFC 8628 §5.1). A right one takes its own
 * try back, so that many people behind one address can connect their devices, and no other. Two hops.
 * @param host where it was typed: at a pool's own domain, codes of other pools are unknown
 * @param browser something that only this browser knows
 * @returns the entry, sealed, or undefined when there is no such code or it is too old
 * @throws Refusal LimitExceededException
 */
export async function enterUserCode(
  call: Call,
  { typed, host, browser }: { typed: string; host: string; browser: string },
): Promise<string | undefined> {
  const userCode = readUserCode(typed);
  if (userCode === undefined) return undefined;
  const tries = await triesFromHere(call);
  const [counted, request, pool] = await Promise.all([
    countTry(call, tries),
    waitingRequest(call, userCode),
    poolOfHost(call, host),
  ]);
  checkLimit(counted);
  if (!request || (pool && pool.id !== request.poolId)) return undefined;
  await takeBackAttempt(call.db, tries);
  const { session, clientId, poolId } = request;
  const entry: DeviceEntry = { userCode, session, clientId, poolId, browser, enteredAt: call.now };
  return call.keyring.sealJson(PURPOSE, entry);
}

/** Whose tries are counted. Until a code is found they belong to no pool. The table tells no addresses to who reads it. */
async function triesFromHere(call: Call) {
  const key = await call.keyring.oldest("device-entry-network");
  const network = toBase64Url(await hmacSha256(key.bytes, utf8(networkOf(call.from.ip ?? ""))));
  return { poolId: "", subject: `?${network}`, kind: "enter-device-code" } as const;
}

/** The entry in a sealed text, or undefined where it is none. */
export async function openEntry(call: Call, sealed: string): Promise<DeviceEntry | undefined> {
  return (await call.keyring.openJson<DeviceEntry>(PURPOSE, sealed)) ?? undefined;
}

/**
 * Where a sign-in leads that an entry asks for: back to the page for devices, on the host where it was begun.
 * @throws Refusal for a page of ours, where the text is no entry for a device of this client
 */
export async function targetOfEntry(call: Call, client: Client, sealed: string, host: string): Promise<ResponseTarget> {
  const entry = await openEntry(call, sealed);
  if (entry?.clientId !== client.id) {
    throw new Refusal("invalid_request", "The entry of a device is not valid.", { status: 400 });
  }
  return {
    redirectUri: `${new URL(call.origin).protocol}//${host}/device`,
    mode: "query",
    state: sealed,
    issuer: issuerOf(call, entry.poolId),
  };
}
