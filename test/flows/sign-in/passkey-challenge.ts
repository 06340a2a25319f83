import { env } from "cloudflare:workers";
import { openCall } from "../../../src/call.ts";
import { subOf } from "../../../src/directory/users.ts";
import { resolveClient } from "../../../src/flows/resolve.ts";
import { candidateOf } from "../../../src/flows/sign-in/session/candidate.ts";
import { readUser } from "../../../src/flows/sign-in/session/read-user.ts";
import type { Turn } from "../../../src/flows/sign-in/sign-in.ts";
import { offerWebAuthn } from "../../../src/flows/sign-in/steps/web-authn.ts";
import type { ProofWays } from "../../authenticator.ts";
import { call, ORIGIN } from "../../client.ts";
import type { PasskeyUser } from "../../operations/passkeys/passkey-user.ts";

/** A call from a browser or program, with what waits until its end. */
export const makeCall = () => openCall(new Request(ORIGIN), env, { waitUntil: () => undefined });

/** A turn of a client. */
export async function makeTurn(clientId: string, more: Partial<Turn> = {}): Promise<Turn> {
  const { client, pool } = await resolveClient(await makeCall(), clientId);
  return { client, pool, goal: "tokens", admin: false, given: {}, ...more };
}

/** The challenge WEB_AUTHN as a client of this name gets it, whichever flow leads there. */
export async function challengeFor(clientId: string, name: string): Promise<{ Session: string; options: any }> {
  const inward = await makeCall();
  const turn = await makeTurn(clientId);
  const [[user], groups, [found]] = await inward.db.batch([...readUser(inward, turn, subOf(turn.pool, name))]);
  const candidate = await candidateOf(inward, turn, name, { user, groups, found });
  const { session, parameters } = await offerWebAuthn(inward, candidate);
  return { Session: session as string, options: JSON.parse(parameters.CREDENTIAL_REQUEST_OPTIONS as string) };
}

/** Answers it. @param credential as a value, or as the text that is sent */
export const answerWith = (
  ClientId: string,
  USERNAME: string,
  Session: string,
  credential: unknown,
  more: object = {},
): Promise<any> =>
  call("RespondToAuthChallenge", {
    ClientId,
    ChallengeName: "WEB_AUTHN",
    Session,
    ChallengeResponses: {
      USERNAME,
      CREDENTIAL: typeof credential === "string" ? credential : JSON.stringify(credential),
      ...more,
    },
  });

/** Signs in by a passkey of the user's authenticator. */
export async function signInWithPasskey(user: PasskeyUser, ways: ProofWays = {}): Promise<any> {
  const { Session, options } = await challengeFor(user.client, user.name);
  return answerWith(user.client, user.name, Session, await user.authenticator.get(options, ways));
}
