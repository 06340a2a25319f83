import { decodeJwt, type JWTPayload, jwtVerify } from "jose";
import type { Call } from "../../../call.ts";
import type { Client } from "../../../directory/clients.ts";
import type { Pool } from "../../../directory/pools.ts";
import { keysOfClient } from "../../../mechanisms/callers/client-keys.ts";
import { addressOfPool } from "../../address-of-pool.ts";
import { issuerOf } from "../../issue-tokens.ts";
import { useOnce } from "./use-once.ts";

/** RFC 7523 §2.2 */
export const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * The last two are one, by its name of today and that of before (RFC 9864 §2.2). A key that names its algorithm (`alg`, RFC
 * 7517 §4.4) is good for that one alone.
 */
export const ASSERTION_ALGORITHMS = ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"] as const;

/** Seconds that the clock of a client may be wrong. */
const SKEW = 10;
/** Seconds that an assertion may live: so long its use is remembered. */
const LONGEST_LIFE = 600;
const LONGEST_ID = 256;

/** The client that an assertion says it comes from, not yet proved; undefined where it is no assertion. */
export function clientOfAssertion(assertion: string): string | undefined {
  try {
    const { sub } = decodeJwt<{ sub?: unknown }>(assertion);
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a client proves itself by a signed assertion (RFC 7523 §3, OpenID Connect Core 1.0 §9, `private_key_jwt`). One
 * that is right is spent: one hop, after all else was checked.
 * @returns undefined where it does, otherwise why not, for the log alone
 */
export async function checkAssertion(
  call: Call,
  { client, pool }: { client: Client; pool: Pool },
  assertion: string,
): Promise<string | undefined> {
  let claims: JWTPayload;
  try {
    const keys = keysOfClient(client, call.now);
    if (!keys) return "the client has no keys";
    // Keys are the registered ones alone, whatever `jwk`, `jku` or `x5c` say (RFC 8725 §3.10).
    const verified = await jwtVerify(assertion, keys, {
      algorithms: [...ASSERTION_ALGORITHMS],
      issuer: client.id,
      subject: client.id,
      requiredClaims: ["aud", "exp", "jti"],
      clockTolerance: SKEW,
      currentDate: new Date(call.now),
    });
    claims = verified.payload;
  } catch (error) {
    return `client assertion: ${error instanceof Error ? error.message : "failed"}`;
  }
  const { aud, exp = 0, iat = 0, jti } = claims;
  const now = Math.floor(call.now / 1000);
  if (exp > now + LONGEST_LIFE + SKEW) return "client assertion: lives too long";
  if (iat > now + SKEW) return "client assertion: made in the future";
  if (typeof jti !== "string" || jti === "" || jti.length > LONGEST_ID) return "client assertion: no usable jti";
  if (!(await isForUs(call, pool, aud))) return "client assertion: for somebody else";
  const first = await useOnce(call, "assertion", [client.id, jti], (exp + SKEW) * 1000);
  return first ? undefined : "client assertion: used before";
}

/**
 * OpenID Connect Core 1.0 §9 has the token endpoint, RFC 9126 §2 also the issuer. In a list others could stand beside us, to
 * whom it is as good (FAPI 2.0 Security Profile §5.3.2.1). Not enforced: that RFC 9126 §2 takes the endpoint of pushed
 * requests, too, which FAPI refuses.
 */
async function isForUs(call: Call, pool: Pool, audience: JWTPayload["aud"]): Promise<boolean> {
  if (typeof audience !== "string") return false;
  if (audience === issuerOf(call, pool.id) || audience === `${call.origin}/oauth2/token`) return true;
  return audience === `${await addressOfPool(call, pool.id)}/oauth2/token`;
}
