import type { SessionDescriptionType } from "@aws-sdk/client-cognito-identity-provider";
import { Refusal } from "../../lib/refusal.ts";

/** A token session, or one of a browser, which the clients of a pool share. */
type SessionType = "TOKEN" | "SSO";

const PREFIX = { TOKEN: "tkn", SSO: "sso" } as const;

/** As many base-36 digits as 128 bits take. */
const DIGITS = 25;

/**
 * A session's id on the wire (Amazon Cognito API: SessionDescriptionType): its kind, and our UUID as a base-36 number. It
 * shows nothing that tokens do not: `origin_jti` and `sid` are these UUIDs.
 */
export const toSessionId = (type: SessionType, id: string): string =>
  PREFIX[type] +
  BigInt(`0x${id.replaceAll("-", "")}`)
    .toString(36)
    .padStart(DIGITS, "0");

/** Reads what {@link toSessionId} writes; undefined for an id that it would never write. */
export function readSessionId(text: string): { type: SessionType; id: string } | undefined {
  const [, prefix, digits = ""] = /^(tkn|sso)([0-9a-z]{25})$/.exec(text) ?? [];
  if (prefix === undefined) return undefined;
  const number = Array.from(digits).reduce((sum, digit) => sum * 36n + BigInt(Number.parseInt(digit, 36)), 0n);
  if (number >> 128n !== 0n) return undefined;
  const id = number
    .toString(16)
    .padStart(32, "0")
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  return { type: prefix === "tkn" ? "TOKEN" : "SSO", id };
}

/**
 * A token session as the lists show it. Where and with what it was used last is not kept, and left out.
 * @param current id of the token session that the caller's access token belongs to
 * @param tracked whether it is kept when sessions are used: within the hour, where a client keeps its refresh token
 */
export const toTokenSession = (
  session: { id: string; clientId: string; browserSession: string | null; createdAt: number; lastActiveAt: number },
  { current, tracked }: { current: string | undefined; tracked: boolean },
): SessionDescriptionType => ({
  SessionId: toSessionId("TOKEN", session.id),
  SessionType: "TOKEN",
  ClientId: session.clientId,
  CreateDate: new Date(session.createdAt),
  ...(tracked && { LastActiveDate: new Date(Math.max(session.lastActiveAt, session.createdAt)) }),
  ...(session.browserSession !== null && { OriginSessionId: toSessionId("SSO", session.browserSession) }),
  IsCurrentSession: session.id === current,
});

/** A browser session as the lists show it: no client's alone, and never the one that an access token belongs to. */
export const toSsoSession = (session: { id: string; createdAt: number }): SessionDescriptionType => ({
  SessionId: toSessionId("SSO", session.id),
  SessionType: "SSO",
  CreateDate: new Date(session.createdAt),
  IsCurrentSession: false,
});

/** The same for a session that is not there, that is over, or that is another user's. */
export const sessionNotFound = (): Refusal => new Refusal("ResourceNotFoundException", "Session does not exist.");
