import { index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** A passkey that a user has registered (Web Authentication Level 3 §4, credential record). */
export const passkeys = sqliteTable(
  "passkeys",
  {
    poolId: text().notNull(),
    /** Credential id, base64url. */
    id: text().notNull(),
    sub: text().notNull(),
    /** FriendlyCredentialName. */
    name: text().notNull(),
    /** COSE key, base64url. */
    publicKey: text().notNull(),
    /** The last signature counter seen; 0 where the authenticator has none. */
    counter: integer().notNull(),
    /** Whether it may be copied to other devices, which never changes (§4, backupEligible). */
    backupEligible: integer({ mode: "boolean" }).notNull(),
    transports: text({ mode: "json" }).$type<string[]>().notNull(),
    /** AuthenticatorAttachment, where the client said. */
    attachment: text(),
    relyingPartyId: text().notNull(),
    createdAt: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.poolId, table.id] }),
    index("passkeys_by_user").on(table.poolId, table.sub, table.createdAt, table.id),
  ],
);
