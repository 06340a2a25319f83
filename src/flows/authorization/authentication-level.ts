import { mfaMode } from "../../directory/pool.ts";
import type { Pool } from "../../directory/pools.ts";
import { allowsPasskeys } from "../passkey-rules.ts";

/** Levels of assurance, as `AcrConfiguration` counts them; the fourth is of no way to sign in that is built. */
type Level = 1 | 2 | 3 | 4;

/** The name that a pool gives a level (Amazon Cognito API: AcrConfiguration; `acr` of OpenID Connect Core 1.0 §2). */
const nameOf = ({ settings }: Pool, level: Level): string =>
  settings.AcrConfiguration?.[`Level${level}`]?.AcrValue ?? `urn:cognito:loa:${level}`;

/** One factor, two of them, or a passkey that has verified its user, which cannot be phished. */
function levelOf(amr: readonly string[]): Level {
  if (amr.includes("pop") && amr.includes("user")) return 3;
  return amr.includes("mfa") ? 2 : 1;
}

/** The level that a sign-in has reached, as the pool names it. @param amr how the user proved themselves (RFC 8176) */
export const acrOf = (pool: Pool, amr: readonly string[]): string => nameOf(pool, levelOf(amr));

/** The levels that some user of the pool could reach, lowest first, as the pool names them. */
export function acrsOf(pool: Pool): string[] {
  return [
    nameOf(pool, 1),
    ...(mfaMode(pool.settings) === "OFF" ? [] : [nameOf(pool, 2)]),
    ...(allowsPasskeys(pool) ? [nameOf(pool, 3)] : []),
  ];
}
