import type { Call } from "../../../call.ts";
import type { Device } from "../../../directory/devices.ts";
import type { Group } from "../../../directory/groups.ts";
import { aliasAttributes, nameKey, usernameAttributes } from "../../../directory/names.ts";
import type { Pool } from "../../../directory/pools.ts";
import type { User } from "../../../directory/users.ts";
import { toHex, utf8 } from "../../../lib/encoding.ts";
import { hmacSha256 } from "../../../lib/hash.ts";
import { attemptSubject } from "../../attempt-subject.ts";
import { SELF_SERVICE_SCOPE } from "../../signed-in.ts";
import { knownDevice } from "./read-user.ts";
import type { Candidate, Turn } from "../sign-in.ts";

/**
 * Someone who has not proven anything yet.
 * @param name as submitted
 * @param read what `readUser` found
 */
export async function candidateOf(
  call: Call,
  turn: Turn,
  name: string,
  { user, groups, found }: { user: User | undefined; groups: Group[]; found: Device | undefined },
): Promise<Candidate> {
  return {
    turn,
    name,
    sub: user?.sub ?? (await attemptSubject(call, turn.pool, name)).unknown,
    username: user?.username ?? (await standIn(call, turn.pool, name)),
    user,
    groups,
    device: await knownDevice(turn, user, found),
    passed: [],
    scope: SELF_SERVICE_SCOPE,
    writes: [],
  };
}

/** Likewise of a user who was read elsewhere, for a Session: those who come back with it are read again. */
export const candidateFor = (call: Call, turn: Turn, user: User): Promise<Candidate> =>
  candidateOf(call, turn, user.username, { user, groups: [], found: undefined });

/**
 * The USER_ID_FOR_SRP of a name that nobody has: what a known user's would look like. Where people sign in by e-mail,
 * phone or alias that is a UUID, always the same for the same name; elsewhere it is the name, spelled as
 * most are where case does not count: one that came back as sent would tell that nobody has it.
 */
async function standIn(call: Call, pool: Pool, name: string): Promise<string> {
  const isAlias = aliasAttributes(pool).length > 0 && /^(\+\d+|[^@]+@.+)$/u.test(name);
  if (usernameAttributes(pool).length === 0 && !isAlias) return nameKey(pool, name);
  const key = await call.keyring.oldest("unknown-user");
  const bytes = (await hmacSha256(key.bytes, utf8(`user-id/${pool.id}/${nameKey(pool, name)}`))).subarray(0, 16);
  // RFC 9562 §5.4: version 4, as those of real users are.
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return toHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
