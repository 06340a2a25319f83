import type { AuthenticationResponseJSON } from "@simplewebauthn/server";
import type { Call } from "../../../call.ts";
import type { Statement } from "../../../directory/database.ts";
import { type Passkey, raiseCounter } from "../../../directory/passkeys.ts";
import { spendChallenge } from "../../../directory/spent-challenges.ts";
import type { User } from "../../../directory/users.ts";
import { equalText } from "../../../lib/constant-time.ts";
import { fitsOrigin, readClientData } from "../../../mechanisms/passkeys/client-data.ts";
import { userHandleOf } from "../../../mechanisms/passkeys/options.ts";
import { verifyAssertion } from "../../../mechanisms/passkeys/verify-assertion.ts";
import { allowsPasskeys, userVerificationOf } from "../../passkey-rules.ts";
import { wrongPassword } from "../refusals.ts";
import type { Candidate, Turn } from "../sign-in.ts";

/** What was asked for. */
export interface Asked {
  challenge: string;
  relyingParty: string;
}

/** Milliseconds that a counter is marked as seen: long enough for whatever came at the same moment. */
const COUNTER_KEPT = 60_000;

/**
 * Judges the proof of a passkey (Web Authentication Level 3 §7.2). For a user who does not exist, or whose passkey it
 * is not, it does the same work.
 * @param credential undefined where what came was none
 * @param passkey the one that the credential names, whoever's it is
 * @returns what it adds to the sign-in
 * @throws Refusal NotAuthorizedException
 */
export async function judgePasskey(
  call: Call,
  { pool }: Turn,
  user: User | undefined,
  credential: AuthenticationResponseJSON | undefined,
  asked: Asked,
  passkey: Passkey | undefined,
): Promise<Pick<Candidate, "userVerified" | "writes">> {
  if (!allowsPasskeys(pool)) throw wrongPassword("passkeys are not allowed any more");
  const clientData = credential && readClientData(credential.response.clientDataJSON);
  // §7.2, steps 10 to 13.
  if (!credential || clientData?.type !== "webauthn.get") throw wrongPassword("no assertion of a passkey");
  if (!equalText(asked.challenge, clientData.challenge)) throw wrongPassword("assertion to another challenge");
  if (!fitsOrigin(clientData, asked.relyingParty, call.settings.development)) {
    throw wrongPassword(`passkey used at ${clientData.origin.slice(0, 200)}`);
  }
  const own = user && passkey?.sub === user.sub && passkey.relyingPartyId === asked.relyingParty ? passkey : undefined;
  const required = userVerificationOf(pool) === "required";
  const judged = await verifyAssertion(credential, clientData, asked.relyingParty, own, required);
  if ("reason" in judged) {
    if (judged.cloned) call.log("passkey-counter", { poolId: pool.id, sub: own?.sub, passkey: own?.id });
    throw wrongPassword(judged.reason);
  }
  // §7.2, step 6.
  const { userHandle } = credential.response;
  if (!user || !own || (userHandle !== undefined && userHandle !== userHandleOf(user.sub))) {
    throw wrongPassword("passkey of another user");
  }
  return { userVerified: judged.userVerified, writes: seen(call, own, judged.counter) };
}

/**
 * Takes the counter down, where there is one. Of two proofs with the same, which only a clone makes, one comes too
 * late.
 */
const seen = (call: Call, passkey: Passkey, counter: number): Statement[] =>
  counter === 0
    ? []
    : [
        spendChallenge(call.db, JSON.stringify([passkey.poolId, passkey.id, counter]), call.now + COUNTER_KEPT),
        raiseCounter(call.db, passkey, counter),
      ];
