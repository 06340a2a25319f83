import type { Call } from "../../../call.ts";
import { groupsOf } from "../../../directory/groups.ts";
import { userBySub } from "../../../directory/users.ts";
import { fromBase64 } from "../../../lib/encoding.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { verifyProof } from "../../../mechanisms/factors/srp.ts";
import { timestampWithin } from "../../../mechanisms/factors/srp-timestamp.ts";
import { attemptSubject } from "../../attempt-subject.ts";
import { checkSecretHash } from "../../client-secrets.ts";
import { srpPoolName, verifierOf } from "../../passwords.ts";
import { SELF_SERVICE_SCOPE } from "../../signed-in.ts";
import type { SrpState } from "../by-srp.ts";
import { checkLock, countPasswordTry, punish } from "../lockout.ts";
import { required, usedSession, wrongPassword } from "../refusals.ts";
import { openState } from "../session-string.ts";
import type { Step } from "../sign-in.ts";

const TOLERANCE = 5 * 60_000;

/**
 * PASSWORD_VERIFIER: the proof of the password by SRP. The exchange is spent and the try counted, in one hop together with
 * the read of user and groups, before the proof is judged: each SECRET_BLOCK takes one answer.
 */
export const passwordVerifier: Step = {
  name: "PASSWORD_VERIFIER",

  async answer(call: Call, turn) {
    const { pool, client, given } = turn;
    const block = required(given, "PASSWORD_CLAIM_SECRET_BLOCK");
    const signature = required(given, "PASSWORD_CLAIM_SIGNATURE");
    const timestamp = required(given, "TIMESTAMP");
    const username = required(given, "USERNAME");
    const state = await openState<SrpState>(call, turn, "PASSWORD_VERIFIER", block);
    await checkSecretHash(call, client, given.SECRET_HASH, username, state.userId);
    if (username !== state.name && username !== state.userId) throw wrongPassword("answer for another user");
    if (!timestampWithin(timestamp, call.now, TOLERANCE)) throw wrongPassword("timestamp out of range");
    // Clients that remember a device drop it on exactly this answer and try again with the same block, so it is not spent yet.
    if (given.DEVICE_KEY) throw new Refusal("ResourceNotFoundException", "Device does not exist.");
    const subject = state.sub ?? (await attemptSubject(call, pool, state.name)).unknown;
    const [first, [tries, [user], groups]] = await Promise.all([
      call.meter.trip(() => call.challenges(state.shard).spend(state.id, state.expiresAt)),
      call.db.batch([
        countPasswordTry(call, pool.id, subject),
        userBySub(call.db, pool.id, subject),
        groupsOf(call.db, pool.id, subject),
      ]),
    ]);
    if (!first) throw usedSession();
    checkLock(tries);
    const { verifier } = await verifierOf(call, pool, user, state.name);
    const proven = await verifyProof({
      ...state,
      identity: srpPoolName(pool.id) + state.userId,
      verifier,
      secretBlock: fromBase64(block) as Uint8Array,
      timestamp,
      signature,
    });
    if (!proven || !user?.credentials) {
      await punish(call, pool.id, subject, tries);
      throw wrongPassword("wrong proof");
    }
    return { turn, user, groups, passed: ["PASSWORD_VERIFIER"], scope: SELF_SERVICE_SCOPE, writes: [] };
  },
};
