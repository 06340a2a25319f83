import type { Call } from "../../../call.ts";
import type { User } from "../../../directory/users.ts";
import { migrateUser, type Stranger } from "../../migrate-user.ts";
import { isPassword } from "../../passwords.ts";
import { checkLock, punish } from "./lockout.ts";
import { unknownUser, wrongPassword } from "../refusals.ts";
import type { Turn } from "../sign-in.ts";

/** A try at a password that was counted. */
interface CountedTry {
  tries: { count: number; refused: number }[];
  /** What tries of a name that nobody has are counted under. */
  unknown: string;
}

/**
 * Asks the migration trigger about a name that nobody has. It judges passwords for us, so tries at it are held off as
 * tries at a user's are.
 * @returns the user who was made, or undefined where there is none
 * @throws Refusal NotAuthorizedException, what the trigger refuses with
 */
export async function migrateCounted(
  call: Call,
  turn: Turn,
  stranger: Stranger & { password: string },
  { tries, unknown }: CountedTry,
): Promise<User | undefined> {
  checkLock(tries, "password");
  try {
    return await migrateUser(call, turn, "UserMigration_Authentication", stranger);
  } catch (refusal) {
    await punish(call, { poolId: turn.pool.id, subject: unknown, kind: "password" }, tries);
    throw refusal;
  }
}

/**
 * Judges a password whose try was counted. A wrong one costs a hop, and the same for someone who does not exist or has
 * no password.
 * @returns the user whose it is
 * @throws Refusal NotAuthorizedException; UserNotFoundException where the client does not hide users
 */
export async function judgePassword(
  call: Call,
  { pool, client }: Turn,
  user: User | undefined,
  { password, tries, unknown }: CountedTry & { password: string },
): Promise<User> {
  checkLock(tries, "password");
  if (!(await isPassword(call, user, password)) || !user) {
    await punish(call, { poolId: pool.id, subject: user?.sub ?? unknown, kind: "password" }, tries);
    throw user ? wrongPassword("wrong password") : unknownUser(client);
  }
  return user;
}
