import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import { ORIGIN } from "../../client.ts";
import type { Fields } from "./requests.ts";

/** A key of a client. */
export interface Key {
  alg: string;
  privateKey: CryptoKey;
  /** The public half, and the whole. */
  jwk: JWK;
  secret: JWK;
  /** The thumbprint of the former. */
  jkt: string;
}

export async function makeKey(alg = "ES256"): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { alg, privateKey, jwk, secret: await exportJWK(privateKey), jkt: await calculateJwkThumbprint(jwk) };
}

/** Seconds since 1970. */
export const seconds = (): number => Math.floor(Date.now() / 1000);

/** Claims without those that a test sets to undefined. */
const without = (claims: JWTPayload): JWTPayload => JSON.parse(JSON.stringify(claims));

/** A proof that its maker holds the key (RFC 9449 §4.2), for the token endpoint unless said. */
export const makeProof = (key: Key, claims: object = {}, header: object = {}): Promise<string> =>
  new SignJWT(
    without({ htm: "POST", htu: `${ORIGIN}/oauth2/token`, iat: seconds(), jti: crypto.randomUUID(), ...claims }),
  )
    .setProtectedHeader({ typ: "dpop+jwt", alg: key.alg, jwk: key.jwk, ...header })
    .sign(key.privateKey);

/** The header that carries a proof. */
export const dpop = async (key: Key, claims?: object, header?: object): Promise<{ dpop: string }> => ({
  dpop: await makeProof(key, claims, header),
});

export const ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** What a client proves itself with by its key (RFC 7523 §2.2). */
export const makeAssertion = async (
  key: Key,
  client: string,
  audience: string,
  claims: object = {},
  header: object = {},
): Promise<Fields> => ({
  client_assertion_type: ASSERTION_TYPE,
  client_assertion: await new SignJWT(
    without({
      iss: client,
      sub: client,
      aud: audience,
      iat: seconds(),
      exp: seconds() + 60,
      jti: crypto.randomUUID(),
      ...claims,
    }),
  )
    .setProtectedHeader({ alg: key.alg, ...header })
    .sign(key.privateKey),
});

/** A set of the public halves, as the text that a client registers. */
export const setOf = (...keys: Key[]): string => JSON.stringify({ keys: keys.map(({ jwk }) => jwk) });
