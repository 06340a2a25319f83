// RFC 9449: a request proves that whoever sends it holds a key, which tokens are then bound to.
import { calculateJwkThumbprint, decodeJwt, EmbeddedJWK, type JWK, type JWTVerifyResult, jwtVerify } from "jose";
import type { Call } from "../../../call.ts";
import { equalText } from "../../../lib/constant-time.ts";
import { toBase64Url, utf8 } from "../../../lib/encoding.ts";
import { percentDecode } from "../../../lib/form.ts";
import { sha256 } from "../../../lib/hash.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { PRIVATE_MEMBERS } from "../../../mechanisms/callers/client-keys.ts";
import { useOnce } from "./use-once.ts";

/** RFC 9449 §5.1, `dpop_signing_alg_values_supported`. The last two are one (RFC 9864 §2.2). */
export const PROOF_ALGORITHMS = ["ES256", "PS256", "RS256", "Ed25519", "EdDSA"] as const;

/** Seconds since it was made that a proof counts, and that the clock which made it may be ahead. */
const OLDEST = 300;
const SKEW = 60;

/** Characters; room for an RSA key of 8192 bits and its signature. */
const LONGEST_PROOF = 4_096;
const LONGEST_ID = 256;

/** A key that a request has proved to hold. */
export interface Possession {
  /** Its thumbprint (RFC 7638), SHA-256: what tokens are bound to. */
  readonly jkt: string;
  /**
   * Marks the proof as used: before anything is given for it. One hop.
   * @throws Refusal invalid_dpop_proof where it was used before
   */
  spend(): Promise<void>;
  readonly isSpent: boolean;
}

/** The type of an access token (RFC 6749 §7.1, RFC 9449 §5). */
export const tokenTypeOf = (possession: Possession | undefined): "Bearer" | "DPoP" => (possession ? "DPoP" : "Bearer");

const refuse = (reason: string, message = "The DPoP proof is not valid."): Refusal =>
  new Refusal("invalid_dpop_proof", message, { reason });

/** What a proof is about. */
type Message = Pick<Request, "headers" | "method" | "url">;

/**
 * Checks the proof that came with a request, if there is one (RFC 9449 §4.3). It is not spent yet.
 * @param accessToken the one that came along, which the proof must be made for
 * @throws Refusal invalid_dpop_proof
 */
export async function readProof(call: Call, request: Message, accessToken?: string): Promise<Possession | undefined> {
  // Several headers arrive as one, parted by commas, and then are no JWT.
  const proof = request.headers.get("dpop");
  if (proof === null) return undefined;
  const { payload, protectedHeader } = await verify(call, proof);
  const { htm, htu, iat, jti, ath } = payload;
  const age = Math.floor(call.now / 1000) - (iat as number);
  if (age > OLDEST || age < -SKEW) throw refuse(`${age} seconds old`, "The DPoP proof is too old, or not yet valid.");
  if (typeof jti !== "string" || jti === "" || jti.length > LONGEST_ID) throw refuse("jti");
  if (htm !== request.method) throw refuse("htm");
  if (typeof htu !== "string" || addressOf(htu) === undefined || addressOf(htu) !== addressOf(request.url)) {
    throw refuse("htu");
  }
  if (accessToken !== undefined) {
    const expected = toBase64Url(await sha256(utf8(accessToken)));
    if (typeof ath !== "string" || !equalText(ath, expected)) throw refuse("ath");
  }
  const jkt = await calculateJwkThumbprint(protectedHeader.jwk as JWK, "sha256");
  let isSpent = false;
  return {
    jkt,
    get isSpent() {
      return isSpent;
    },
    async spend() {
      const until = ((iat as number) + OLDEST) * 1000;
      if (!(await useOnce(call, "proof", [jkt, jti], until)))
        throw refuse("used before", "The DPoP proof was used before.");
      isSpent = true;
    },
  };
}

/**
 * Checks the proof that must come with an access token which is bound to a key (RFC 9449 §7.1).
 * @throws Refusal invalid_dpop_proof
 */
export async function requireProof(call: Call, request: Message, accessToken: string): Promise<Possession> {
  const possession = await readProof(call, request, accessToken);
  if (!possession) throw refuse("missing", "The DPoP proof is missing.");
  return possession;
}

/** Whether an access token says that it is bound to a key. Not verified: only to tell its sender how to go about it. */
export function saysBound(accessToken: string): boolean {
  try {
    return decodeJwt(accessToken).cnf !== undefined;
  } catch {
    return false;
  }
}

type Proof = { htm: unknown; htu: unknown; ath: unknown };

async function verify(call: Call, proof: string): Promise<JWTVerifyResult<Proof>> {
  if (proof.length > LONGEST_PROOF) throw refuse("too long");
  let verified: JWTVerifyResult<Proof>;
  try {
    verified = await jwtVerify<Proof>(proof, EmbeddedJWK, {
      typ: "dpop+jwt",
      algorithms: [...PROOF_ALGORITHMS],
      requiredClaims: ["htm", "htu", "iat", "jti"],
      clockTolerance: SKEW,
      currentDate: new Date(call.now),
    });
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : "failed");
  }
  const { jwk } = verified.protectedHeader;
  if (PRIVATE_MEMBERS.some((member) => member in (jwk as object))) throw refuse("private key in the header");
  return verified;
}

/**
 * Scheme, host and path of an address, normalised, to compare (RFC 9449 §4.3, RFC 3986 §6.2.2 and §6.2.3). Undefined for
 * what is no address of the web.
 */
function addressOf(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, host, pathname, username, password } = new URL(text);
  if (!/^https?:$/.test(protocol) || username !== "" || password !== "") return undefined;
  const path = pathname.replace(/%[0-9a-f]{2}/gi, (escape) => {
    const character = percentDecode(escape) ?? "";
    return /^[\w.~-]$/.test(character) ? character : escape;
  });
  return `${protocol}//${host}${path}`;
}
