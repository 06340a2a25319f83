import type { Call } from "../../../call.ts";
import { fromBase64 } from "../../../lib/encoding.ts";
import { verifyProof } from "../../../mechanisms/factors/srp.ts";
import { srpPoolName, verifierOf } from "../../passwords.ts";
import { punish } from "../proofs/lockout.ts";
import { resume } from "../session/progress.ts";
import { wrongPassword } from "../refusals.ts";
import type { Step } from "../sign-in.ts";
import { readClaim, type SrpState } from "../proofs/srp-exchange.ts";

/**
 * PASSWORD_VERIFIER: the proof of the password by SRP. The exchange is spent and the try counted, in one hop together with
 * the read of user and groups, before the proof is judged: each SECRET_BLOCK takes one answer. Whatever Session comes
 * along says nothing that the block does not.
 */
export const passwordVerifier: Step = {
  name: "PASSWORD_VERIFIER",

  async answer(call: Call, turn) {
    const { pool, given } = turn;
    const { secretBlock, signature, timestamp } = readClaim(call, given);
    const stranger = () => wrongPassword("answer for another user");
    const taking = { once: true, counted: "password", tellsDevice: true, stranger } as const;
    const resumed = await resume<SrpState>(call, turn, "PASSWORD_VERIFIER", secretBlock, taking);
    const { candidate, extra, tries } = resumed;
    const { user, name, sub, username, passed } = candidate;
    const { verifier } = await verifierOf(call, pool, user, name);
    const proven = await verifyProof({
      ...extra,
      identity: srpPoolName(pool.id) + username,
      verifier,
      secretBlock: fromBase64(secretBlock) as Uint8Array,
      timestamp,
      signature,
    });
    if (!proven || !user?.credentials) {
      await punish(call, { poolId: pool.id, subject: sub, kind: "password" }, tries);
      throw wrongPassword("wrong proof");
    }
    return { ...candidate, passed: [...passed, "PASSWORD_VERIFIER"] };
  },
};
