import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import type { BatchItem } from "drizzle-orm/batch";

/** The directory. Its queries can be awaited alone or handed together to `db.batch`, which is one transaction and one hop. */
export type Database = DrizzleD1Database & { $client: D1Database };

/** One query that may join a batch. */
export type Statement = BatchItem<"sqlite">;

export const openDatabase = (d1: D1Database): Database => drizzle(d1, { casing: "snake_case" });

/** The innermost words of a failed statement; the outer error repeats its parameters. */
export function causeOf(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  return inner instanceof Error ? inner.message : "";
}

/** Whether a batch was refused because a unique key of this table is taken. */
export const isTaken = (error: unknown, table: string): boolean =>
  causeOf(error).includes(`UNIQUE constraint failed: ${table}.`);
