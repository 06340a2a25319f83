import type { Call } from "../../../call.ts";
import { toBase64 } from "../../../lib/encoding.ts";
import { resume, sealProgress } from "../session/progress.ts";
import type { Candidate, Challenge, Step } from "../sign-in.ts";
import { offerVerifier, srpValue } from "../proofs/srp-exchange.ts";

/** The challenge PASSWORD_SRP: the password is to be proven without being sent. */
export const offerPasswordSrp = async (call: Call, candidate: Candidate): Promise<Challenge> => ({
  name: "PASSWORD_SRP",
  parameters: {},
  session: await sealProgress(call, candidate, "PASSWORD_SRP"),
});

/**
 * The challenge PASSWORD_VERIFIER with a Session, which clients of choice-based sign-in carry on. It says nothing:
 * SECRET_BLOCK holds the exchange.
 * @param A of the client, as `srpValue` read it
 */
export const offerExchange = async (call: Call, candidate: Candidate, A: string): Promise<Challenge> => ({
  ...(await offerVerifier(call, candidate, A)),
  session: toBase64(crypto.getRandomValues(new Uint8Array(32))),
});

/** PASSWORD_SRP: opens the exchange that PASSWORD_VERIFIER ends. One hop; each Session leads to one exchange. */
export const passwordSrp: Step = {
  name: "PASSWORD_SRP",

  async answer(call, turn, session) {
    const A = srpValue(turn.given);
    const { candidate } = await resume(call, turn, "PASSWORD_SRP", session, { once: true });
    return { challenge: await offerExchange(call, candidate, A) };
  },
};
