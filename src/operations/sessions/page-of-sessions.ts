import type { SessionDescriptionType } from "@aws-sdk/client-cognito-identity-provider";
import type { SQL } from "drizzle-orm";
import type { Call } from "../../call.ts";
import { browserSessionsOfUser } from "../../directory/browser-sessions.ts";
import type { Pool } from "../../directory/pools.ts";
import { tracksSessions } from "../../directory/session-settings.ts";
import { sessionsOfUser } from "../../directory/sessions.ts";
import { cutPage, sealPageToken } from "../page-token.ts";
import { toSsoSession, toTokenSession } from "./session-shape.ts";

/** Amazon Cognito API: AdminListUserSessions. Here a user may have more; they follow on further pages. */
const MOST = 125;

/** Before which row each kind of session goes on. */
export type Position = readonly [tokens: number, browsers: number];

/** Rows are counted from 1: nothing is left before 0, and everything before this. */
const ALL = Number.MAX_SAFE_INTEGER;

/** The two statements that read a page, to go in one batch: token sessions come first, then those of browsers. */
export function sessionsFrom(call: Call, poolId: string, sub: string | SQL, [tokens, browsers]: Position = [ALL, ALL]) {
  const stretch = { limit: MOST + 1, now: call.now };
  return [
    sessionsOfUser(call.db, poolId, sub, { before: tokens, ...stretch }),
    browserSessionsOfUser(call.db, poolId, sub, { before: browsers, ...stretch }),
  ] as const;
}

/**
 * The page that what `sessionsFrom` read makes.
 * @param question as page-token.ts has it. @param current id of the caller's own token session
 */
export async function pageOfSessions(
  call: Call,
  { settings }: Pool,
  question: readonly string[],
  tokens: Awaited<ReturnType<typeof sessionsOfUser>>,
  browsers: Awaited<ReturnType<typeof browserSessionsOfUser>>,
  current?: string,
): Promise<{ Sessions: SessionDescriptionType[]; NextToken?: string }> {
  const view = { current, tracked: tracksSessions(settings) };
  const { page, last } = cutPage(
    [
      ...tokens.map((each) => ({ shown: toTokenSession(each, view), position: [each.row, ALL] as const })),
      ...browsers.map((each) => ({ shown: toSsoSession(each), position: [0, each.row] as const })),
    ],
    MOST,
  );
  return {
    Sessions: page.map(({ shown }) => shown),
    ...(last && { NextToken: await sealPageToken(call, question, last.position) }),
  };
}
