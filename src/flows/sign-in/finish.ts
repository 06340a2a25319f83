import type { Call } from "../../call.ts";
import { clearAttempts } from "../../directory/attempts.ts";
import type { Statement } from "../../directory/database.ts";
import { touchDevice } from "../../directory/devices.ts";
import { arnOf, runTrigger } from "../../mechanisms/triggers/run-trigger.ts";
import { userAttributes } from "../../mechanisms/triggers/user-attributes.ts";
import { trustBrowser } from "../browser-device.ts";
import { newBrowserSession } from "../browser-session.ts";
import { newDevice } from "../device-keys.ts";
import { tracksDevices } from "../devices.ts";
import { issueTokens, newSession } from "../issue-tokens.ts";
import type { TokenSource } from "../token-overrides.ts";
import { whileUnchanged } from "../while-unchanged.ts";
import { methodsOf } from "./factors/methods.ts";
import { badSession } from "./refusals.ts";
import { runWrites } from "./run-writes.ts";
import { passedSecondFactor } from "./factors/second-factor.ts";
import { settle } from "./settle.ts";
import type { Outcome, SignIn } from "./sign-in.ts";

/**
 * Ends a sign-in: post-authentication trigger, session, and tokens where they are the goal. One hop: the session is
 * opened in the batch that also forgets failed tries and carries the last step's writes, and only for a user who is
 * still as the sign-in saw them. Where a post-authentication trigger is asked, those writes come a hop before.
 * @throws Refusal NotAuthorizedException when the user changed meanwhile or the challenge was answered,
 *   AliasExistsException
 */
export async function finish(call: Call, signIn: SignIn): Promise<Outcome> {
  const { turn, user } = signIn;
  const { pool, client, clientMetadata } = turn;
  const asks = arnOf(pool.settings.LambdaConfig, "PostAuthentication") !== undefined;
  // Amazon Cognito: what was changed on the way, such as a password, stays so where the trigger refuses.
  if (asks) await settle(call, signIn);
  const settled = asks ? { ...signIn, writes: [] } : signIn;
  await runTrigger(call, pool, "PostAuthentication", {
    source: "PostAuthentication_Authentication",
    clientId: client.id,
    userName: user.username,
    request: {
      userAttributes: userAttributes(user),
      newDeviceUsed: tracksDevices(pool) && !signIn.device,
      ...(clientMetadata && { clientMetadata }),
    },
    response: {},
  });
  return turn.goal === "browser-session" ? openBrowser(call, settled) : openTokens(call, settled);
}

async function openTokens(call: Call, signIn: SignIn): Promise<Outcome> {
  const { turn, user, groups, scope, device } = signIn;
  const bearer = { pool: turn.pool, client: turn.client, user, groups };
  const made = tracksDevices(turn.pool) && !device ? await newDevice(call, turn.pool) : undefined;
  const deviceKey = device?.key ?? made?.key ?? null;
  const { session, refreshToken, statements } = await newSession(call, bearer, { scope, deviceKey });
  await open(call, signIn, statements);
  const tokens = await issueTokens(call, bearer, session, sourceOf(signIn), { clientMetadata: turn.clientMetadata });
  return { tokens: { ...tokens, refreshToken, ...(made && { newDevice: made }) } };
}

/** Amazon Cognito: pre token generation Lambda trigger, trigger sources. */
function sourceOf({ passed }: SignIn): TokenSource {
  if (passed.includes("DEVICE_PASSWORD_VERIFIER")) return "TokenGeneration_AuthenticateDevice";
  if (passed.includes("NEW_PASSWORD_REQUIRED")) return "TokenGeneration_NewPasswordChallenge";
  return "TokenGeneration_Authentication";
}

async function openBrowser(call: Call, signIn: SignIn): Promise<Outcome> {
  const { turn, user, groups } = signIn;
  const opening = await newBrowserSession(call, { pool: turn.pool, user }, methodsOf(signIn), turn.cookie);
  const { session, cookieOf, statements } = opening;
  const trusted = becomesTrusted(signIn) ? await trustBrowser(call, turn.pool, user) : undefined;
  const { id } = (await open(call, signIn, statements, trusted ? [trusted.statement] : [])) as { id: string };
  return {
    browser: { user, groups, session: { ...session, id }, cookie: cookieOf(id), deviceCookie: trusted?.cookie },
  };
}

/** Only who has passed a second factor makes a browser stand in for one. */
const becomesTrusted = (signIn: SignIn): boolean => {
  const { turn, device } = signIn;
  const { DeviceConfiguration } = turn.pool.settings;
  if (!DeviceConfiguration?.ChallengeRequiredOnNewDevice || device || !passedSecondFactor(signIn)) return false;
  return !DeviceConfiguration.DeviceOnlyRememberedOnUserPrompt || turn.trust === true;
};

/**
 * @param statements that open the session, with its row as the result of the last
 * @param along statements that run beside the last step's
 * @returns the row of the session
 * @throws Refusal NotAuthorizedException, AliasExistsException
 */
async function open(
  call: Call,
  { turn, user, device, custom, writes, overtaken }: SignIn,
  statements: (revision: string) => readonly Statement[],
  along: Statement[] = [],
): Promise<unknown> {
  const who = { poolId: turn.pool.id, subject: user.sub };
  const forget = clearAttempts(call.db, { ...who, kind: "password" });
  const forgetCustom = custom ? [clearAttempts(call.db, { ...who, kind: "custom-challenge" })] : [];
  const touch = device ? [touchDevice(call.db, device, call.now, call.from.ip)] : [];
  const run = (revision: string) =>
    runWrites(call, [forget, ...forgetCustom, ...touch, ...writes, ...along, ...statements(revision)]);
  // A device may be what changed: one that was forgotten meanwhile opens nothing, and nothing is bound to it.
  const once = device !== undefined || writes.length > 0 || along.length > 0;
  const row = await whileUnchanged(call, user, run, { once });
  if (row === undefined) throw overtaken?.() ?? badSession("the user changed meanwhile");
  return row;
}
