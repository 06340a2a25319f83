// Signing in by passkey without saying who one is: the browser shows the passkeys that it has, and the one that is
// picked names its user (Web Authentication Level 3 §4, discoverable credential). For the pages.
import type { PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/server";
import type { Call } from "../../../call.ts";
import { passkeyById } from "../../../directory/passkeys.ts";
import { fromBase64Url, fromUtf8 } from "../../../lib/encoding.ts";
import { makeChallenge, openChallenge } from "../../../mechanisms/passkeys/challenge.ts";
import { readClientData } from "../../../mechanisms/passkeys/client-data.ts";
import { readAssertion } from "../../../mechanisms/passkeys/credential-json.ts";
import { requestOptions } from "../../../mechanisms/passkeys/options.ts";
import { challengeLifetime } from "../../../mechanisms/tokens/lifetimes.ts";
import { allowsPasskeys, relyingPartyOf, userVerificationOf } from "../../passkey-rules.ts";
import { advance } from "../advance.ts";
import { candidateOf } from "../session/candidate.ts";
import { judgePasskey } from "../proofs/passkey-proof.ts";
import { preAuthenticate } from "./pre-authenticate.ts";
import { readUser } from "../session/read-user.ts";
import { usedSession, wrongPassword } from "../refusals.ts";
import type { Outcome, Turn } from "../sign-in.ts";

const boundTo = ({ pool, client, goal }: Turn): string[] => ["sign-in", pool.id, client.id, goal];

/**
 * What a browser asks for a passkey of anyone by, as PublicKeyCredentialRequestOptionsJSON; also to fill in a form with
 * (`mediation: "conditional"`). No hop while the pool's domains are known, and no write.
 * @returns undefined where the pool does not let users in by passkey, or has no relying party id
 */
export async function passkeyRequest(
  call: Call,
  turn: Turn,
): Promise<PublicKeyCredentialRequestOptionsJSON | undefined> {
  const { pool, client } = turn;
  const relyingParty = allowsPasskeys(pool) ? await relyingPartyOf(call, pool) : undefined;
  if (relyingParty === undefined) return undefined;
  const about = { clientId: client.id, relyingParty };
  const challenge = await makeChallenge(call, boundTo(turn), about, challengeLifetime(client.settings));
  return requestOptions({ challenge, relyingParty, userVerification: userVerificationOf(pool) });
}

/**
 * Signs in by the passkey that was picked. Two hops: the challenge is spent beside the read of user and passkey, before
 * the proof is judged, and takes one answer.
 * @param text AuthenticationResponseJSON, as it came
 * @throws Refusal NotAuthorizedException, and whatever the engine refuses with
 */
export async function signInByPasskey(call: Call, turn: Turn, text: string): Promise<Outcome> {
  const credential = readAssertion(text);
  const clientData = credential && readClientData(credential.response.clientDataJSON);
  const challenge = clientData && (await openChallenge(call, boundTo(turn), clientData.challenge));
  const handle = fromBase64Url(credential?.response.userHandle ?? "");
  const sub = handle && fromUtf8(handle);
  if (!challenge || !sub) throw wrongPassword("no assertion of a passkey that names its user, or to another challenge");
  const [first, [[passkey], [user], groups, [found]]] = await Promise.all([
    call.meter.trip(() => call.challenges(challenge.shard).spend(challenge.id, challenge.expiresAt)),
    call.db.batch([passkeyById(call.db, turn.pool.id, credential.id), ...readUser(call, turn, sub)]),
  ]);
  if (!first) throw usedSession();
  if (!user) throw wrongPassword("passkey of nobody");
  await preAuthenticate(call, turn, user, user.username);
  const asked = { challenge: clientData.challenge, relyingParty: challenge.relyingParty };
  const proven = await judgePasskey(call, turn, user, credential, asked, passkey);
  // As where it can be chosen (`firstFactors`): a temporary password is replaced by who knows it.
  if (user.status === "FORCE_CHANGE_PASSWORD") throw wrongPassword("the password is temporary");
  const candidate = await candidateOf(call, turn, user.username, { user, groups, found });
  return advance(call, { ...candidate, ...proven, passed: ["WEB_AUTHN"] });
}
