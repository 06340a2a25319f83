import type { Call } from "../../call.ts";
import { browserSessionById } from "../../directory/browser-sessions.ts";
import { isConfidential } from "../../directory/clients.ts";
import { groupsOf } from "../../directory/groups.ts";
import type { SessionTerms } from "../../directory/session-terms.ts";
import { type User, userBySub } from "../../directory/users.ts";
import { Refusal } from "../../lib/refusal.ts";
import { issueTokens, newSession, type Tokens } from "../issue-tokens.ts";
import { whileUnchanged } from "../while-unchanged.ts";
import type { AuthenticatedClient } from "./client/authenticate-client.ts";
import type { Possession } from "./client/dpop-proof.ts";

/** What entitles a client to tokens of a person who has signed in at the pages: a code of theirs, or of their device. */
export interface Entitlement {
  kind: "code" | "device";
  /** Id of the session that it gives, chosen beforehand. */
  session: string;
  /** Where it is marked as spent. */
  shard: string;
  /** Milliseconds since 1970 until which it can come again. */
  expiresAt: number;
  sub: string;
  browserSession: string;
  /** Seconds since 1970. */
  authTime: number;
  scope: string;
  terms: SessionTerms;
  nonce?: string | undefined;
}

/** Tokens of an OAuth grant: an ID token only where OpenID Connect was asked for. */
export type GrantedTokens = Omit<Tokens, "idToken"> & { idToken?: string };

/**
 * Spends an entitlement, and gives its tokens. Two hops: it is spent beside the read of the user and the proof of a key,
 * then the session is opened, for a user who still is as they were read and whose browser session has not ended.
 * @param possession of the key that the tokens are to be bound to; spent here unless it was before
 * @returns undefined when it was spent before
 * @throws Refusal invalid_grant, invalid_dpop_proof, UnexpectedLambdaException
 */
export async function redeem(
  call: Call,
  { client, pool }: AuthenticatedClient,
  entitlement: Entitlement,
  possession: Possession | undefined,
): Promise<GrantedTokens | undefined> {
  const { kind, session: id, shard, expiresAt, sub, browserSession, authTime, scope, terms, nonce } = entitlement;
  const [first, [[user], groups, [browser]]] = await Promise.all([
    call.meter.trip(() => call.challenges(shard).spend(`${kind}/${id}`, expiresAt)),
    call.db.batch([
      userBySub(call.db, pool.id, sub),
      groupsOf(call.db, pool.id, sub),
      browserSessionById(call.db, pool.id, browserSession),
    ]),
    possession?.isSpent ? undefined : possession?.spend(),
  ]);
  if (!first) return undefined;
  const refuse = (reason: string) => new Refusal("invalid_grant", "", { reason });
  if (!mayHaveTokens(user) || !browser) throw refuse("the user's session has ended");

  const bearer = { client, pool, user, groups };
  const { session, refreshToken, statements } = await newSession(call, bearer, {
    id,
    scope,
    authTime,
    browserSession,
    // RFC 9449 §5: a confidential client proves itself anyway, so its refresh tokens are bound to no key.
    terms: { ...terms, ...(possession && !isConfidential(client) && { jkt: possession.jkt }) },
  });
  if (!(await whileUnchanged(call, user, (revision) => call.db.batch(statements(revision))))) {
    throw refuse("replayed, or the user changed meanwhile");
  }
  const minting = { nonce, jkt: possession?.jkt };
  const { idToken, ...tokens } = await issueTokens(call, bearer, session, "TokenGeneration_HostedAuth", minting);
  return { ...tokens, refreshToken, ...(scope.split(" ").includes("openid") && { idToken }) };
}

const mayHaveTokens = (user: User | undefined): user is User => user?.enabled === true && user.status === "CONFIRMED";
