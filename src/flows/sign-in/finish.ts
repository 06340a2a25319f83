import type { Call } from "../../call.ts";
import { clearAttempts } from "../../directory/attempts.ts";
import type { Statement } from "../../directory/database.ts";
import { runTrigger } from "../../mechanisms/triggers/run-trigger.ts";
import { userAttributes } from "../../mechanisms/triggers/user-attributes.ts";
import { newBrowserSession } from "../browser-session.ts";
import { issueTokens, newSession } from "../issue-tokens.ts";
import { whileUnchanged } from "../while-unchanged.ts";
import { badSession } from "./refusals.ts";
import { runWrites } from "./run-writes.ts";
import type { Outcome, SignIn } from "./sign-in.ts";

/**
 * Ends a sign-in: post-authentication trigger, session, and tokens where they are the goal. One hop: the session is
 * opened in the batch that also forgets failed tries and carries the last step's writes, and only for a user who is still
 * as the sign-in saw them.
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
  if (turn.goal === "browser-session") {
    // Nothing else is built yet than what begins with a password.
    const { session, cookieOf, statement } = await newBrowserSession(call, user, ["pwd"], turn.cookie);
    const { id } = (await open(call, signIn, statement)) as { id: string };
    return { browser: { user, groups, session: { ...session, id }, cookie: cookieOf(id) } };
  }
  const { session, refreshToken, statement } = await newSession(call, bearer, { scope });
  await open(call, signIn, statement);
  const source = passed.includes("NEW_PASSWORD_REQUIRED")
    ? "TokenGeneration_NewPasswordChallenge"
    : "TokenGeneration_Authentication";
  const tokens = await issueTokens(call, bearer, session, source, { clientMetadata });
  return { tokens: { ...tokens, refreshToken } };
}

/** @returns the row of the session. @throws Refusal NotAuthorizedException, AliasExistsException */
async function open(
  call: Call,
  { turn, user, writes }: SignIn,
  statement: (revision: string) => Statement,
): Promise<unknown> {
  const forget = clearAttempts(call.db, { poolId: turn.pool.id, subject: user.sub, kind: "password" });
  const run = (revision: string) => runWrites(call, [forget, ...writes, statement(revision)]);
  const row = await whileUnchanged(call, user, run, { once: writes.length > 0 });
  if (row === undefined) throw badSession("the user changed meanwhile");
  return row;
}
