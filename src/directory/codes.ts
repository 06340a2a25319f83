import { and, eq, gt, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { type CodeKind, codes } from "./schema/codes.ts";

export type Code = typeof codes.$inferSelect;
export type { CodeKind } from "./schema/codes.ts";

/** Keeps a code and voids the one of the same kind before it. A statement. */
export const putCode = (db: Database, code: Code) =>
  db
    .insert(codes)
    .values(code)
    .onConflictDoUpdate({
      target: [codes.poolId, codes.sub, codes.kind],
      set: { hash: code.hash, attribute: code.attribute, value: code.value, expiresAt: code.expiresAt },
    });

/** The code of this kind that a user has yet to answer. A statement; `sub` may be a sub-query. */
export const codeOf = (db: Database, poolId: string, sub: string | ReturnType<typeof sql>, kind: CodeKind, now: number) =>
  db
    .select()
    .from(codes)
    .where(and(eq(codes.poolId, poolId), eq(codes.sub, sub), eq(codes.kind, kind), gt(codes.expiresAt, now)));

/** Takes a code: the row is returned to exactly one caller. A statement for the batch that does what the code allows. */
export const takeCode = (db: Database, code: Code) =>
  db
    .delete(codes)
    .where(and(eq(codes.poolId, code.poolId), eq(codes.sub, code.sub), eq(codes.kind, code.kind), eq(codes.hash, code.hash)))
    .returning({ hash: codes.hash });

/** The condition "this very code has not been taken", for statements that come before `takeCode` in one batch. */
export const stillHeld = (code: Code) =>
  sql`exists (select 1 from ${codes} where ${codes.poolId} = ${code.poolId} and ${codes.sub} = ${code.sub} and ${codes.kind} = ${code.kind} and ${codes.hash} = ${code.hash})`;
