import { and, eq, gt, lt, or, type SQL, sql } from "drizzle-orm";
import { type Database, isTaken, type Statement } from "./database.ts";
import { passkeys } from "./schema/passkeys.ts";
import { spendChallenge } from "./spent-challenges.ts";

export type Passkey = typeof passkeys.$inferSelect;

/** Amazon Cognito: quotas, passkeys per user. */
export const MOST_PASSKEYS = 20;

/** A user's passkeys, oldest first. A statement; `sub` may be a sub-query. */
export const passkeysOf = (db: Database, poolId: string, sub: string | SQL) =>
  db
    .select()
    .from(passkeys)
    .where(and(eq(passkeys.poolId, poolId), eq(passkeys.sub, sub)))
    .orderBy(passkeys.createdAt, passkeys.id);

/** One page of them. @param after the passkey that the page before ended with */
export const listPasskeys = (
  db: Database,
  poolId: string,
  sub: string,
  limit: number,
  after: Pick<Passkey, "createdAt" | "id"> = { createdAt: -1, id: "" },
): Promise<Passkey[]> =>
  db
    .select()
    .from(passkeys)
    .where(
      and(
        eq(passkeys.poolId, poolId),
        eq(passkeys.sub, sub),
        or(
          gt(passkeys.createdAt, after.createdAt),
          and(eq(passkeys.createdAt, after.createdAt), gt(passkeys.id, after.id)),
        ),
      ),
    )
    .orderBy(passkeys.createdAt, passkeys.id)
    .limit(limit);

/** The passkey with this credential id, whoever's it is. A statement; the row is the first of its result. */
export const passkeyById = (db: Database, poolId: string, id: string) =>
  db
    .select()
    .from(passkeys)
    .where(and(eq(passkeys.poolId, poolId), eq(passkeys.id, id)));

/**
 * Adds a passkey in answer to a challenge, which is spent with it in one transaction. The database decides between
 * answers that come at once, who has a credential id, and whether the user may have one more.
 * @param reserved whether the id is to be nobody's, as if somebody had it
 * @returns why not: the challenge was answered before, the user has all that they may have or is gone, or the id is
 *   taken
 */
export async function insertPasskey(
  db: Database,
  passkey: Passkey,
  challenge: { id: string; expiresAt: number },
  { reserved = false }: { reserved?: boolean } = {},
): Promise<"inserted" | "spent" | "full" | "taken"> {
  const {
    poolId,
    id,
    sub,
    name,
    publicKey,
    counter,
    backupEligible,
    transports,
    attachment,
    relyingPartyId,
    createdAt,
  } = passkey;
  try {
    const [, inserted, [holder]] = await db.batch([
      spendChallenge(db, challenge.id, challenge.expiresAt),
      db.all(
        sql`insert into passkeys (pool_id, id, sub, name, public_key, counter, backup_eligible, transports, attachment, relying_party_id, created_at) select ${poolId}, ${id}, ${sub}, ${name}, ${publicKey}, ${counter}, ${backupEligible ? 1 : 0}, ${JSON.stringify(transports)}, ${attachment}, ${relyingPartyId}, ${createdAt} where ${reserved ? 0 : 1} and (select count(*) from passkeys where pool_id = ${poolId} and sub = ${sub}) < ${MOST_PASSKEYS} and exists (select 1 from users where pool_id = ${poolId} and sub = ${sub}) on conflict do nothing returning id`,
      ),
      passkeyById(db, poolId, id),
    ]);
    if (inserted.length === 1) return "inserted";
    return holder || reserved ? "taken" : "full";
  } catch (error) {
    if (isTaken(error, "spent_challenges")) return "spent";
    throw error;
  }
}

/**
 * Takes down the signature counter that was seen, unless a later one was. A statement for the batch that the sign-in
 * ends with.
 */
export const raiseCounter = (
  db: Database,
  { poolId, id }: Pick<Passkey, "poolId" | "id">,
  counter: number,
): Statement =>
  db
    .update(passkeys)
    .set({ counter })
    .where(and(eq(passkeys.poolId, poolId), eq(passkeys.id, id), lt(passkeys.counter, counter)));

/** Deletes a user's passkey. @returns false when they had none with this id */
export async function deletePasskey(db: Database, poolId: string, sub: string, id: string): Promise<boolean> {
  const gone = await db
    .delete(passkeys)
    .where(and(eq(passkeys.poolId, poolId), eq(passkeys.id, id), eq(passkeys.sub, sub)))
    .returning({ id: passkeys.id });
  return gone.length === 1;
}
