import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";

export type UserStatus = "UNCONFIRMED" | "CONFIRMED" | "FORCE_CHANGE_PASSWORD" | "RESET_REQUIRED" | "EXTERNAL_PROVIDER";

/** What a password left behind. The password itself is nowhere. */
export interface Credentials {
  /** argon2id in PHC form, peppered. */
  hash: string;
  /** SRP salt, hex. */
  salt: string;
  /** SRP verifier, sealed: a leaked verifier is weaker than the hash. */
  verifier: string;
  /** When a temporary password stops working; absent for a permanent one. */
  expiresAt?: number;
  /** Hashes of former passwords, newest first. */
  history?: string[];
}

/** A second factor that someone is asked for, as Cognito names it in `UserMFASettingList`. */
export type MfaFactor = "SMS_MFA" | "SOFTWARE_TOKEN_MFA" | "EMAIL_OTP";

/** What a user proves themselves with beside a password. Passkeys have a table of their own. */
export interface Factors {
  /** A verified authenticator app. */
  softwareToken?: {
    /** Seed of RFC 6238, sealed. */
    seed: string;
    name?: string;
    /** The last time step whose code was taken: it, and those before, are taken no more (RFC 6238 §5.2). */
    step: number;
  };
  /** A seed that was given out and waits to be verified, sealed. */
  pendingToken?: string;
  /** What is asked for after the first factor. */
  mfa?: MfaFactor[];
  /** One of `mfa`, which comes first. */
  preferred?: MfaFactor;
  /** Whether a passkey that verified its user counts as both factors (WebAuthnMfaSettings). */
  passkeyIsMfa?: boolean;
}

/** A person (or a machine) who can sign in. */
export const users = sqliteTable(
  "users",
  {
    poolId: text().notNull(),
    /** UUID, never changes. */
    sub: text().notNull(),
    /** As first spelled; immutable. Equals `sub` where people sign in by e-mail or phone. */
    username: text().notNull(),
    status: text().$type<UserStatus>().notNull(),
    enabled: integer({ mode: "boolean" }).notNull(),
    /** Values by full attribute name, without `sub`. */
    attributes: text({ mode: "json" }).$type<Record<string, string>>().notNull(),
    /** Null for a user without password. */
    credentials: text({ mode: "json" }).$type<Credentials>(),
    factors: text({ mode: "json" }).$type<Factors>().notNull().default({}),
    /** Tokens of sign-ins before this moment are void; 0 when that never happened. */
    signedOutAt: integer().notNull().default(0),
    createdAt: integer().notNull(),
    updatedAt: integer().notNull(),
    revision: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.poolId, table.sub] }),
    uniqueIndex("users_by_username").on(table.poolId, table.username),
    index("users_by_status").on(table.poolId, table.status, table.sub),
    index("users_by_enabled").on(table.poolId, table.enabled, table.sub),
  ],
);

export type NameKind = "username" | "email" | "phone_number" | "preferred_username";

/** What a user may sign in with. The primary key decides who has a name. */
export const userNames = sqliteTable(
  "user_names",
  {
    poolId: text().notNull(),
    /** `value` in a case-sensitive pool, else `folded`. */
    key: text().notNull(),
    kind: text().$type<NameKind>().notNull(),
    value: text().notNull(),
    folded: text().notNull(),
    sub: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.poolId, table.key, table.kind] })],
);

/** Index of attribute values, so that any attribute can be searched without reading other users. */
export const userAttributes = sqliteTable(
  "user_attributes",
  {
    poolId: text().notNull(),
    name: text().notNull(),
    folded: text().notNull(),
    sub: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.poolId, table.name, table.folded, table.sub] })],
);
