import { importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { JWTExpired } from "jose/errors";
import { isPublished, keyFor, type SigningKey, type TokenUse } from "./keys.ts";

const imported = new WeakMap<SigningKey, { sign?: Promise<CryptoKey>; verify?: Promise<CryptoKey> }>();

function cryptoKey(key: SigningKey, side: "sign" | "verify"): Promise<CryptoKey> {
  let sides = imported.get(key);
  if (!sides) imported.set(key, (sides = {}));
  const jwk = { ...key } as JWK;
  if (side === "verify") for (const name of ["d", "p", "q", "dp", "dq", "qi"] as const) delete jwk[name];
  return (sides[side] ??= importJWK(jwk, key.alg) as Promise<CryptoKey>);
}

/**
 * Signs claims as a JWT (RFC 7519) with the deployment's key for this use.
 * @param now milliseconds since 1970
 * @param typ what a token of another kind, signed by the same key, calls itself (RFC 8725 §3.11)
 */
export async function signToken(
  keys: SigningKey[],
  use: TokenUse,
  claims: JWTPayload,
  now: number,
  typ?: string,
): Promise<string> {
  const key = keyFor(keys, use, now);
  const header = { kid: key.kid, alg: key.alg, ...(typ !== undefined && { typ }) };
  return new SignJWT(claims).setProtectedHeader(header).sign(await cryptoKey(key, "sign"));
}

/** What a token turned out to be. */
export type Checked = { claims: JWTPayload } | "invalid" | "expired";

/**
 * Checks signature, use and expiry of one of our own tokens. The issuer is left to the caller, who knows the pool.
 * @param now milliseconds since 1970; there is no leeway, for the clock that signed is ours
 * @param expired whether a token whose time is over will do, as it does for a hint (OpenID Connect Core 1.0 §3.1.2.1)
 */
export async function checkToken(
  keys: SigningKey[],
  use: TokenUse,
  token: string,
  now: number,
  { expired = "refused" }: { expired?: "refused" | "accepted" } = {},
): Promise<Checked> {
  try {
    const { payload } = await jwtVerify(
      token,
      async ({ kid, alg }) => {
        // The key decides the algorithm, never the token (RFC 8725 §3.1); a key of the other use is no key at all.
        const key = keys.find((each) => each.kid === kid && each.alg === alg && each.token_use === use);
        if (!key || !isPublished(key, now)) throw new Error("unknown key");
        return cryptoKey(key, "verify");
      },
      {
        currentDate: new Date(now),
        requiredClaims: ["iss", "exp", "iat", "sub", "token_use"],
        ...(expired === "accepted" && { clockTolerance: Number.MAX_SAFE_INTEGER }),
      },
    );
    return payload.token_use === use ? { claims: payload } : "invalid";
  } catch (error) {
    return error instanceof JWTExpired ? "expired" : "invalid";
  }
}
