import { call, makeClient, makePool, makeUser } from "../../client.ts";
import { newFunction } from "../../triggers/functions.ts";

/** The triggers that a custom sign-in asks. */
export const TRIGGERS = [
  "PreAuthentication",
  "DefineAuthChallenge",
  "CreateAuthChallenge",
  "VerifyAuthChallengeResponse",
  "PostAuthentication",
  "PreTokenGeneration",
] as const;

/** What the example asks, and what is right. */
export const QUESTION = "What is the capital of Iceland?";
export const RIGHT = "Reykjavik";

export const UNRECOGNIZABLE = { name: "InvalidLambdaResponseException", message: "Unrecognizable lambda output" };

let people = 0;

/**
 * A pool whose triggers are one function, the example unless scripted, with a client that signs in by CUSTOM_AUTH and a
 * user of its own.
 * @param triggers those that the pool has
 */
export async function customPool({
  pool = {},
  client = {},
  triggers = TRIGGERS,
  name = `person-${people++}`,
}: {
  pool?: object;
  client?: object;
  triggers?: readonly string[];
  name?: string;
} = {}) {
  const fn = newFunction();
  const LambdaConfig = Object.fromEntries(triggers.map((trigger) => [trigger, fn.arn]));
  const UserPoolId = await makePool({ LambdaConfig, ...pool });
  const ExplicitAuthFlows = ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
  const { ClientId, ClientSecret = "" } = await makeClient(UserPoolId, { ExplicitAuthFlows, ...client });
  const sub = await makeUser(UserPoolId, name);

  const start = (USERNAME = name, more: object = {}, input: object = {}) =>
    call("InitiateAuth", { ClientId, AuthFlow: "CUSTOM_AUTH", AuthParameters: { USERNAME, ...more }, ...input });
  const respond = (
    ChallengeName: string,
    Session: string | undefined,
    ChallengeResponses: object,
    input: object = {},
  ) =>
    call("RespondToAuthChallenge", {
      ClientId,
      ChallengeName,
      Session,
      ChallengeResponses: { USERNAME: name, ...ChallengeResponses },
      ...input,
    });
  const answer = (Session: string | undefined, ANSWER: string, more: object = {}, input: object = {}) =>
    respond("CUSTOM_CHALLENGE", Session, { ANSWER, ...more }, input);
  /** The sources of what the triggers were asked, oldest first, without what all have in common. */
  const asked = async () =>
    (await fn.events()).map(({ triggerSource }) => triggerSource.replace("_Authentication", ""));
  /** What DefineAuthChallenge was told of the challenges before, each time that it was asked. */
  const told = async () =>
    (await fn.events())
      .filter(({ triggerSource }) => triggerSource === "DefineAuthChallenge_Authentication")
      .map(({ request }) => request.session);
  return { fn, UserPoolId, ClientId, ClientSecret, name, sub, start, respond, answer, asked, told };
}

/** A reply of DefineAuthChallenge. */
export const next = (challengeName: string) => ({ response: { challengeName } });
export const ISSUE = { response: { issueTokens: true } };
