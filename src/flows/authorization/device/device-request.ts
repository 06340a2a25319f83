import type { Call } from "../../../call.ts";
import type { SessionTerms } from "../../../directory/session-terms.ts";

/** The request of a device that waits for its person, as the object remembers it. */
export interface DeviceRequest {
  /** Id of the session that it is to give, chosen beforehand. No other request has it, though another may get its user code. */
  session: string;
  clientId: string;
  poolId: string;
  scope: string;
  /** RFC 8707 §2. */
  resource?: string;
}

/** What the person said. */
export type DeviceDecision =
  | { allowed: false }
  | {
      allowed: true;
      sub: string;
      browserSession: string;
      /** Seconds since 1970. */
      authTime: number;
      terms: SessionTerms;
    };

/**
 * Where the request behind a user code is remembered. Nothing but the code is known where it is typed, so its first letter
 * says which object: twenty in all, for devices all over the world. Each takes hundreds of polls a second.
 */
const placeOf = (call: Call, userCode: string) => ({
  object: call.requests(`device-${userCode.slice(0, 1)}`),
  id: `device/${userCode}`,
});

/** @param expiresAt milliseconds since 1970. @returns false when the user code is in use. One hop */
export function rememberRequest(
  call: Call,
  userCode: string,
  request: DeviceRequest,
  expiresAt: number,
): Promise<boolean> {
  const { object, id } = placeOf(call, userCode);
  return call.meter.trip(() => object.remember(id, JSON.stringify(request), expiresAt));
}

/** The request that waits under a user code, or undefined where none does, or not any more. One hop. */
export async function waitingRequest(call: Call, userCode: string): Promise<DeviceRequest | undefined> {
  const { object, id } = placeOf(call, userCode);
  const found = await call.meter.trip(() => object.find(id));
  const waits = found && found.outcome === null && found.expiresAt > call.now;
  return waits ? (JSON.parse(found.content) as DeviceRequest) : undefined;
}

/** Ends the waiting. @returns true for exactly one caller. One hop */
export function decideRequest(call: Call, userCode: string, decision: DeviceDecision): Promise<boolean> {
  const { object, id } = placeOf(call, userCode);
  return call.meter.trip(() => object.decide(id, JSON.stringify(decision)));
}

/**
 * How a request stands, for the device that asks again and again. One hop.
 * @param interval milliseconds that must pass between two polls
 */
export async function pollRequest(
  call: Call,
  userCode: string,
  interval: number,
): Promise<{ request: DeviceRequest; decision: DeviceDecision | undefined; tooSoon: boolean } | undefined> {
  const { object, id } = placeOf(call, userCode);
  const found = await call.meter.trip(() => object.poll(id, call.now, interval));
  if (!found) return undefined;
  return {
    request: JSON.parse(found.content) as DeviceRequest,
    decision: found.outcome === null ? undefined : (JSON.parse(found.outcome) as DeviceDecision),
    tooSoon: found.tooSoon,
  };
}
