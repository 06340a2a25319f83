import type { Call } from "../../../call.ts";
import type { Client } from "../../../directory/clients.ts";
import type { Pool } from "../../../directory/pools.ts";
import { isEnoughFor, isRecentFor, type LiveSession, liveSession } from "../../browser-session.ts";
import { acrOf } from "../authentication-level.ts";
import { clientOf } from "../request/authorization-request.ts";
import { mayUseDevices } from "./device-authorization.ts";
import type { DeviceEntry } from "./device-entry.ts";
import { decideRequest, waitingRequest } from "./device-request.ts";

/** What a person is asked: whether a device may have tokens of theirs. */
export interface DeviceQuestion {
  client: Client;
  pool: Pool;
  /** Who is asked; undefined until they have signed in. */
  live: LiveSession | undefined;
}

/**
 * Reads what an entry is about, as it stands now. One hop's time.
 * @param host where it is asked
 * @param cookie what the browser brought along for the pool
 * @returns undefined when the request was answered or is over, or its client may not be used on devices any more
 * @throws Refusal for a page of ours, where nobody may be signed in for the client any more
 */
export async function readQuestion(
  call: Call,
  { userCode, session, clientId, poolId, enteredAt }: DeviceEntry,
  host: string,
  cookie: string | undefined,
): Promise<DeviceQuestion | undefined> {
  const [request, found, live] = await Promise.all([
    waitingRequest(call, userCode),
    clientOf(call, [["client_id", clientId]], host),
    liveSession(call, poolId, cookie),
  ]);
  if (request?.session !== session || !mayUseDevices(found.client)) return undefined;
  if (!live || !isEnoughFor(found.pool, live)) return { ...found, live: undefined };
  // Whoever has signed in to answer this may answer, however little the client makes of older sign-ins.
  const counts = live.session.createdAt >= enteredAt || isRecentFor(call, found, live);
  return { ...found, live: counts ? live : undefined };
}

/**
 * Answers for the person who was asked. One hop.
 * @returns false when someone else has answered meanwhile
 */
export const answerQuestion = (
  call: Call,
  { userCode }: DeviceEntry,
  { pool }: DeviceQuestion,
  { user, session }: LiveSession,
  allowed: boolean,
): Promise<boolean> =>
  decideRequest(
    call,
    userCode,
    allowed
      ? {
          allowed,
          sub: user.sub,
          browserSession: session.id,
          authTime: session.authTime,
          terms: { amr: session.amr, acr: acrOf(pool, session.amr) },
        }
      : { allowed },
  );
