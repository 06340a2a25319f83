import type { Call } from "../../../call.ts";
import { type Passkey, passkeyById, passkeysOf } from "../../../directory/passkeys.ts";
import { toBase64Url } from "../../../lib/encoding.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { readAssertion } from "../../../mechanisms/passkeys/credential-json.ts";
import { requestOptions } from "../../../mechanisms/passkeys/options.ts";
import { standIns } from "../../../mechanisms/passkeys/stand-ins.ts";
import { relyingPartyOf, userVerificationOf } from "../../passkey-rules.ts";
import { type Asked, judgePasskey } from "../proofs/passkey-proof.ts";
import { resume, sealProgress } from "../session/progress.ts";
import { required } from "../refusals.ts";
import type { Candidate, Challenge, Step } from "../sign-in.ts";

/** Web Authentication Level 3 §13.4.3 asks for 16. */
const CHALLENGE_BYTES = 32;

/**
 * The challenge WEB_AUTHN: asks for the proof of one of the user's passkeys. One hop, no write. Where there are none,
 * or no such user, it names some that nobody has, always the same.
 * @param held the user's passkeys, where they were read before: then no hop while the pool's domains are known
 * @throws Refusal InvalidUserPoolConfigurationException where the pool has no relying party id
 */
export async function offerWebAuthn(call: Call, candidate: Candidate, held?: readonly Passkey[]): Promise<Challenge> {
  const { turn, sub } = candidate;
  const { pool } = turn;
  const [relyingParty, passkeys] = await Promise.all([
    relyingPartyOf(call, pool),
    held ?? passkeysOf(call.db, pool.id, sub),
  ]);
  if (relyingParty === undefined) {
    throw new Refusal(
      "InvalidUserPoolConfigurationException",
      "The user pool has neither a relying party id nor a domain.",
    );
  }
  const own = passkeys.filter(({ relyingPartyId }) => relyingPartyId === relyingParty);
  const decoys = await standIns(call, pool.id, sub);
  const asked: Asked = {
    challenge: toBase64Url(crypto.getRandomValues(new Uint8Array(CHALLENGE_BYTES))),
    relyingParty,
  };
  const options = requestOptions(
    { ...asked, userVerification: userVerificationOf(pool) },
    own.length > 0 ? own : decoys,
  );
  return {
    name: "WEB_AUTHN",
    parameters: { CREDENTIAL_REQUEST_OPTIONS: JSON.stringify(options) },
    session: await sealProgress(call, candidate, "WEB_AUTHN", asked),
  };
}

/**
 * WEB_AUTHN: the proof of a passkey (Amazon Cognito: passkey sign-in). The challenge is spent in the hop that reads
 * user and passkey, before the proof is judged: each takes one answer.
 */
export const webAuthn: Step = {
  name: "WEB_AUTHN",

  async answer(call, turn, session) {
    const credential = readAssertion(required(turn.given, "CREDENTIAL"));
    // One trip: neither of them waits for the other.
    const [[passkey], { candidate, extra }] = await call.meter.trip(() =>
      Promise.all([
        passkeyById(call.db, turn.pool.id, credential?.id ?? ""),
        resume<Asked>(call, turn, "WEB_AUTHN", session, { once: true }),
      ]),
    );
    const proven = await judgePasskey(call, turn, candidate.user, credential, extra, passkey);
    return { ...candidate, ...proven, passed: [...candidate.passed, "WEB_AUTHN"] };
  },
};
