import { z } from "zod";
import type { RequestedClaims } from "../../../directory/session-terms.ts";

const member = z.record(z.string().max(256), z.unknown()).optional();
const request = z.looseObject({ id_token: member, userinfo: member });

/** A claim of which a request says more than its name (OpenID Connect Core 1.0 §5.5.1). */
const demand = z.object({
  essential: z.boolean().optional(),
  value: z.string().optional(),
  values: z.array(z.string()).optional(),
});

/** Names that one request may ask for: they are kept with the session. */
const MOST = 50;

export interface ClaimsParameter {
  claims: RequestedClaims | undefined;
  /** Whom an answer must be about (OpenID Connect Core 1.0 §3.1.2.2, last rule). */
  sub?: string | undefined;
  /** Levels of authentication of which one must be reached (§5.5.1.1). */
  acr?: readonly string[] | undefined;
}

/**
 * The parameter `claims` (OpenID Connect Core 1.0 §5.5). Of most claims only the names count: whether one is essential
 * changes nothing, since every one that the user has and the client may read is given. Two can stand against an answer.
 * @throws what `invalid` makes
 */
export function readClaims(text: string | undefined, invalid: (description: string) => Error): ClaimsParameter {
  if (text === undefined) return { claims: undefined };
  try {
    const { id_token = {}, userinfo = {} } = request.parse(JSON.parse(text));
    const claims = { idToken: Object.keys(id_token), userinfo: Object.keys(userinfo) };
    if (claims.idToken.length + claims.userinfo.length <= MOST) {
      const [sub, acr] = [demand.parse(id_token.sub ?? {}), demand.parse(id_token.acr ?? {})];
      const levels = acr.value === undefined ? acr.values : [acr.value];
      return { claims, sub: sub.value, ...(acr.essential && { acr: levels }) };
    }
  } catch {
    // Told below.
  }
  throw invalid("claims is malformed.");
}
