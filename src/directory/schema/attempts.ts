import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/**
 * What is proven at sign-in: a password, a second factor, a code in the place of a password, or whatever triggers
 * judge.
 */
export type ProofKind = "password" | "mfa" | "one-time-password" | "custom-challenge";

export type AttemptKind =
  | ProofKind
  | "change-password"
  | "confirm-sign-up"
  | "send-sign-up"
  | "send-to-address"
  | "confirm-reset"
  | "send-reset"
  | "verify-attribute"
  | "send-attribute"
  | "enter-device-code"
  | "send-one-time-password"
  | "verify-software-token";

/** How often something was tried, so that guessing ends. Kept for names that do not exist, too. */
export const attempts = sqliteTable(
  "attempts",
  {
    poolId: text().notNull(),
    /** A user's `sub`; `?` and a keyed hash of a name that nobody has, or of a network; `@` and one of an address. */
    subject: text().notNull(),
    kind: text().$type<AttemptKind>().notNull(),
    count: integer().notNull(),
    /** Start of the counted period. */
    since: integer().notNull(),
    lockedUntil: integer().notNull().default(0),
    /** Whether the last try was turned away: the answer of the statement that counts. */
    refused: integer({ mode: "boolean" }).notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.poolId, table.subject, table.kind] }),
    index("attempts_by_age").on(table.since),
  ],
);
