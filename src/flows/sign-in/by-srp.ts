import type { Call } from "../../call.ts";
import { aliasAttributes, nameKey, usernameAttributes } from "../../directory/names.ts";
import type { Pool } from "../../directory/pools.ts";
import { userByName } from "../../directory/users.ts";
import { toHex, utf8 } from "../../lib/encoding.ts";
import { hmacSha256 } from "../../lib/hash.ts";
import { Refusal } from "../../lib/refusal.ts";
import { begin, parsePublicValue } from "../../mechanisms/factors/srp.ts";
import { checkSecretHash } from "../client-secrets.ts";
import { verifierOf } from "../passwords.ts";
import { preAuthenticate } from "./pre-authenticate.ts";
import { required, submittedName } from "./refusals.ts";
import { sealState } from "./session-string.ts";
import type { Outcome, Turn } from "./sign-in.ts";

/** What PASSWORD_VERIFIER needs to judge the proof; travels in SECRET_BLOCK. */
export interface SrpState {
  /** Marks the exchange as answered, in this shard of the challenges. */
  id: string;
  shard: string;
  /** Null for a user who does not exist. */
  sub: string | null;
  /** As submitted. */
  name: string;
  /** USER_ID_FOR_SRP. */
  userId: string;
  A: string;
  b: string;
  B: string;
}

/**
 * USER_SRP_AUTH. One hop and no write: the whole exchange is sealed into SECRET_BLOCK, so the answer needs no Session.
 * An unknown user is challenged like a known one where the client hides users.
 */
export async function bySrp(call: Call, turn: Turn): Promise<Outcome> {
  const { pool, client, given } = turn;
  const name = submittedName(given);
  const A = required(given, "SRP_A");
  if (parsePublicValue(A) === null) throw new Refusal("InvalidParameterException", "SRP_A is not a valid value.");
  await checkSecretHash(call, client, given.SECRET_HASH, name);
  const [[user]] = await call.db.batch([userByName(call.db, pool, name)]);
  await preAuthenticate(call, turn, user, name);
  const { salt, verifier } = await verifierOf(call, pool, user, name);
  const { b, B } = begin(verifier);
  const userId = user?.username ?? (await standIn(call, pool, name));
  const state: SrpState = {
    id: crypto.randomUUID(),
    shard: call.newShard(),
    sub: user?.sub ?? null,
    name,
    userId,
    A,
    b,
    B,
  };
  return {
    challenge: {
      name: "PASSWORD_VERIFIER",
      parameters: {
        SALT: salt,
        SECRET_BLOCK: await sealState(call, turn, "PASSWORD_VERIFIER", state),
        SRP_B: B,
        USERNAME: userId,
        USER_ID_FOR_SRP: userId,
      },
    },
  };
}

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
