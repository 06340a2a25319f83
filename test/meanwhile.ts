import { env } from "cloudflare:workers";

/**
 * The database, at which something happens in the middle of a request: just before the first batch that holds such a
 * statement.
 * @param begins how the statement begins
 * @param happens what others do meanwhile
 * @returns also whether it came to that
 */
export function meanwhile(
  begins: string,
  happens: () => Promise<unknown>,
): { DB: D1Database; happened: () => boolean } {
  let state: "before" | "due" | "done" = "before";
  const DB = {
    prepare(sql: string) {
      if (state === "before" && sql.startsWith(begins)) state = "due";
      return env.DB.prepare(sql);
    },
    async batch(statements: D1PreparedStatement[]) {
      if (state === "due") {
        state = "done";
        await happens();
      }
      return env.DB.batch(statements);
    },
  } as unknown as D1Database;
  return { DB, happened: () => state === "done" };
}
