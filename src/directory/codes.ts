import { and, eq, gt, type SQL, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { type CodeKind, codes } from "./schema/codes.ts";

export type Code = typeof codes.$inferSelect;
export type { CodeKind } from "./schema/codes.ts";

/**
 * Keeps a code and voids the one of the same kind before it. A statement.
 * @param only a condition without which nothing is kept: that the change it belongs to, earlier in the batch, took effect
 */
export const putCode = (db: Database, code: Code, only: SQL = sql`true`) =>
  db.run(
    sql`insert into codes (pool_id, sub, kind, hash, attribute, value, expires_at) select ${code.poolId}, ${code.sub}, ${code.kind}, ${code.hash}, ${code.attribute}, ${code.value}, ${code.expiresAt} where ${only} on conflict (pool_id, sub, kind) do update set hash = excluded.hash, attribute = excluded.attribute, value = excluded.value, expires_at = excluded.expires_at`,
  );

/** The code of this kind that a user has yet to answer. A statement; `sub` may be a sub-query. */
export const codeOf = (db: Database, poolId: string, sub: string | SQL, kind: CodeKind, now: number) =>
  db
    .select()
    .from(codes)
    .where(and(eq(codes.poolId, poolId), eq(codes.sub, sub), eq(codes.kind, kind), gt(codes.expiresAt, now)));

/**
 * Takes a code: the row is returned to exactly one caller. A statement for the batch that does what the code allows.
 * @param only a condition without which it stays: that what it allows, earlier in the batch, took effect
 */
export const takeCode = (db: Database, code: Code, only?: SQL) =>
  db
    .delete(codes)
    .where(
      and(
        eq(codes.poolId, code.poolId),
        eq(codes.sub, code.sub),
        eq(codes.kind, code.kind),
        eq(codes.hash, code.hash),
        only,
      ),
    )
    .returning({ hash: codes.hash });

/** Voids the code of this kind, if there is one, where `only` holds. A statement. */
export const voidCode = (db: Database, { poolId, sub, kind }: Pick<Code, "poolId" | "sub" | "kind">, only: SQL) =>
  db.delete(codes).where(and(eq(codes.poolId, poolId), eq(codes.sub, sub), eq(codes.kind, kind), only));

/** The condition "this very code has not been taken", for statements that come before `takeCode` in one batch. */
export const stillHeld = (code: Code) =>
  sql`exists (select 1 from ${codes} where ${codes.poolId} = ${code.poolId} and ${codes.sub} = ${code.sub} and ${codes.kind} = ${code.kind} and ${codes.hash} = ${code.hash})`;
