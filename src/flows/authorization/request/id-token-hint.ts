import type { Call } from "../../../call.ts";
import { checkToken } from "../../../mechanisms/tokens/jwt.ts";
import { signingKeys } from "../../../mechanisms/tokens/keys.ts";
import { issuerOf } from "../../issue-tokens.ts";

/** Whom an ID token that serves as a hint is about. */
export interface HintedUser {
  sub: string;
  /** The client that it was made for. */
  clientId: string;
  /** The browser session that it came from. */
  sid: string | undefined;
}

/**
 * Reads an ID token that a client sends back as a hint; one whose time is over will do (OpenID Connect Core 1.0 §3.1.2.1,
 * OpenID Connect RP-Initiated Logout 1.0 §2). Undefined for anything that this issuer has not signed.
 */
export async function readIdTokenHint(call: Call, poolId: string, token: string): Promise<HintedUser | undefined> {
  const keys = signingKeys(call.settings.signingKeys);
  const checked = await checkToken(keys, "id", token, call.now, { expired: "accepted" });
  if (typeof checked === "string") return undefined;
  const { iss, sub, aud, sid } = checked.claims;
  if (iss !== issuerOf(call, poolId)) return undefined;
  return { sub: String(sub), clientId: String(aud), sid: typeof sid === "string" ? sid : undefined };
}
