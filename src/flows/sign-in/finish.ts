import type { Call } from "../../call.ts";
import { clearAttempts } from "../../directory/attempts.ts";
import type { Statement } from "../../directory/database.ts";
import { type User, userBySub } from "../../directory/users.ts";
import { runTrigger } from "../../mechanisms/triggers/run-trigger.ts";
import { userAttributes } from "../../mechanisms/triggers/user-attributes.ts";
import { issueTokens, newSession } from "../issue-tokens.ts";
import { badSession } from "./refusals.ts";
import { runWrites } from "./run-writes.ts";
import type { Outcome, SignIn } from "./sign-in.ts";

const TRIES = 3;

/**
 * Ends a sign-in: post-authentication trigger, session, tokens. One hop: the session is opened in the batch that also
 * forgets failed tries and carries the last step's writes, and only for a user who is still as the sign-in saw them.
 * @throws Refusal NotAuthorizedException when the user changed meanwhile, AliasExistsException
 */
export async function finish(call: Call, signIn: SignIn): Promise<Outcome> {
  const { turn, user, groups, passed, scope } = signIn;
  const { pool, client, clientMetadata } = turn;
  await runTrigger(call, pool, "PostAuthentication", {
    source: "PostAuthentication_Authentication",
    clientId: client.id,
    userName: user.username,
    request: {
      userAttributes: userAttributes(user),
      newDeviceUsed: false,
      ...(clientMetadata && { clientMetadata }),
    },
    response: {},
  });
  const bearer = { pool, client, user, groups };
  const { session, refreshToken, statement } = await newSession(call, bearer, { scope });
  await open(call, signIn, statement);
  const source = passed.includes("NEW_PASSWORD_REQUIRED")
    ? "TokenGeneration_NewPasswordChallenge"
    : "TokenGeneration_Authentication";
  const tokens = await issueTokens(call, bearer, session, source, clientMetadata);
  return { tokens: { ...tokens, refreshToken } };
}

/**
 * Opens the session, and once more when the user was written meanwhile in ways that do not matter to a sign-in (an
 * attribute, say). A password, status or sign-out that changed ends it.
 */
async function open(
  call: Call,
  { turn, user, writes }: SignIn,
  statement: (revision: string) => Statement,
): Promise<void> {
  const { pool } = turn;
  const forget = clearAttempts(call.db, { poolId: pool.id, subject: user.sub, kind: "password" });
  let seen = user;
  for (let tries = 0; tries < TRIES; tries++) {
    const results = await runWrites(call, [forget, ...writes, statement(seen.revision)]);
    if (results.at(-1)?.length === 1) return;
    const [now] = await userBySub(call.db, pool.id, user.sub);
    if (writes.length > 0 || !now || !sameStanding(seen, now)) break;
    seen = now;
  }
  throw badSession("the user changed meanwhile");
}

const sameStanding = (before: User, now: User): boolean =>
  now.enabled &&
  now.status === before.status &&
  now.signedOutAt === before.signedOutAt &&
  now.credentials?.hash === before.credentials?.hash;
