import type { SQL } from "drizzle-orm";
import { sql } from "drizzle-orm";
import type { Call } from "../call.ts";
import { nameKey } from "../directory/names.ts";
import type { Pool } from "../directory/pools.ts";
import { subOf } from "../directory/users.ts";
import { toBase64Url, utf8 } from "../lib/encoding.ts";
import { hmacSha256 } from "../lib/hash.ts";

/** Whose tries are counted, before it is known whether the user exists. */
export interface AttemptSubject {
  /** As a sub-query, to count in the same batch that reads the user. */
  query: SQL;
  /** What a name that nobody has is counted under: tells nothing of the name to who reads the table. */
  unknown: string;
}

/** The subject of tries at a submitted name: the user's sub whatever alias was used, else a keyed hash of the name. */
export async function attemptSubject(call: Call, pool: Pool, name: string): Promise<AttemptSubject> {
  const key = await call.keyring.oldest("unknown-user");
  const unknown = `?${toBase64Url(await hmacSha256(key.bytes, utf8(`attempts/${pool.id}/${nameKey(pool, name)}`)))}`;
  const query = sql`coalesce((select sub from users where pool_id = ${pool.id} and sub = ${subOf(pool, name)}), ${unknown})`;
  return { query, unknown };
}
