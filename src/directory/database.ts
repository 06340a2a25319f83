import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import type { SQL } from "drizzle-orm";
import type { BatchItem } from "drizzle-orm/batch";

/** The directory. Its queries can be awaited alone or handed together to `db.batch`, which is one transaction and one hop. */
export type Database = DrizzleD1Database & { $client: D1Database };

/** One query that may join a batch. */
export type Statement = BatchItem<"sqlite">;

export function openDatabase(d1: D1Database): Database {
  const db = drizzle(d1, { casing: "snake_case" });
  for (const method of ["run", "all"] as const) {
    const make = db[method].bind(db) as (query: SQL) => Statement & { getQuery(): { sql: string } };
    // drizzle-orm 0.45: a batch binds parameters to a raw statement's `stmt`, which raw statements do not have.
    const preparable = (query: SQL) => {
      const statement = make(query);
      return Object.defineProperty(statement, "stmt", { get: () => d1.prepare(statement.getQuery().sql) });
    };
    Object.assign(db, { [method]: preparable });
  }
  return db;
}

/** The innermost words of a failed statement; the outer error repeats its parameters. */
export function causeOf(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return inner instanceof Error ? inner.message : "";
}

/** Whether a batch was refused because a unique key of this table is taken. */
export const isTaken = (error: unknown, table: string): boolean =>
  causeOf(error).includes(`UNIQUE constraint failed: ${table}.`);

/**
 * A record as drizzle takes it. Records keyed by what users send have no prototype, which drizzle's own inspection of
 * values does not survive; the keys stay own keys of the copy.
 */
export const plain = <T extends object>(record: T): T => ({ ...record });
