import type { Call } from "../../../call.ts";
import { type User, userByName } from "../../../directory/users.ts";
import { arnOf } from "../../../mechanisms/triggers/run-trigger.ts";
import { judgePassword, migrateCounted } from "../proofs/judge-password.ts";
import { type Resumed, resume, sealProgress } from "../session/progress.ts";
import { required } from "../refusals.ts";
import type { Candidate, Challenge, Step, Turn } from "../sign-in.ts";

/** The challenge PASSWORD. */
export const offerPassword = async (call: Call, candidate: Candidate): Promise<Challenge> => ({
  name: "PASSWORD",
  parameters: {},
  session: await sealProgress(call, candidate, "PASSWORD"),
});

/**
 * Where a sign-in stands once its user has given their password; its try was counted. The session stays good after a
 * wrong one. A password that was not offered is judged at the same cost, and is wrong.
 * @throws Refusal NotAuthorizedException
 */
export async function withPassword(
  call: Call,
  { candidate, tries, spend }: Pick<Resumed<object>, "candidate" | "tries" | "spend">,
  password: string,
): Promise<Candidate> {
  const { turn, name, sub, passed, available } = candidate;
  const { clientMetadata } = turn;
  const counted = { tries, unknown: sub };
  const stranger = { name, password, clientMetadata };
  const user =
    candidate.user ?? (await holderOf(call, turn, name)) ?? (await migrateCounted(call, turn, stranger, counted));
  const offered = user && (available?.includes("PASSWORD") ? user : { ...user, credentials: null });
  const judged = await judgePassword(call, turn, offered, { password, ...counted });
  const { sub: own, username } = judged;
  return { ...candidate, sub: own, username, user: judged, passed: [...passed, "PASSWORD"], writes: [spend] };
}

/**
 * Who has a name that was nobody's when the sign-in began. The migration trigger is asked about no name that somebody
 * has: neither theirs who came since, nor that of one who had nothing to begin with. No hop where there is no such
 * trigger.
 */
async function holderOf(call: Call, { pool }: Turn, name: string): Promise<User | undefined> {
  if (arnOf(pool.settings.LambdaConfig, "UserMigration") === undefined) return undefined;
  const [holder] = await userByName(call.db, pool, name);
  return holder;
}

/** PASSWORD: the password, as it is. */
export const password: Step = {
  name: "PASSWORD",

  async answer(call, turn, session) {
    const given = required(turn.given, "PASSWORD");
    return withPassword(call, await resume(call, turn, "PASSWORD", session, { counted: "password" }), given);
  },
};
