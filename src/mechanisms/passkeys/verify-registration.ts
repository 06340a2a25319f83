import type { RegistrationResponseJSON } from "@simplewebauthn/server";
import { equalBytes } from "../../lib/constant-time.ts";
import { type Bytes, fromBase64Url, toBase64Url, utf8 } from "../../lib/encoding.ts";
import { sha256 } from "../../lib/hash.ts";
import { Refusal } from "../../lib/refusal.ts";
import { ALGORITHMS } from "./algorithms.ts";
import type { ClientData } from "./client-data.ts";

/** What is kept of a new passkey. */
export interface NewPasskey {
  /** Credential id, base64url. */
  id: string;
  /** COSE key, base64url. */
  publicKey: string;
  counter: number;
  /** Whether it may be copied to other devices. */
  backupEligible: boolean;
  /** Model of the authenticator, as a UUID; all zeros where it does not say. */
  aaguid: string;
}

/** Bytes of an RSA modulus. Shorter ones are weak, and longer ones would cost each sign-in more than it is worth. */
const RSA_MODULUS = { least: 256, most: 512 };

const unsupported = (reason: string): Refusal =>
  new Refusal("WebAuthnCredentialNotSupportedException", "The passkey credential is not supported.", {
    reason: reason.slice(0, 200),
  });

/**
 * Verifies a new credential (Web Authentication Level 3 §7.1), whose challenge and origin were judged before.
 * Attestation is not asked for: only a credential that says nothing of its make, or signs for itself, is taken. A
 * statement with certificates would prove nothing without a list of makers to trust, and checking one fetches what
 * strangers name.
 * @throws Refusal WebAuthnRelyingPartyMismatchException, WebAuthnCredentialNotSupportedException
 */
export async function verifyRegistration(
  response: RegistrationResponseJSON,
  clientData: ClientData,
  relyingParty: string,
  requireUserVerification: boolean,
): Promise<NewPasskey> {
  // The library is large: it is loaded when a passkey is there to check, not with the worker.
  const [{ verifyRegistrationResponse }, helpers] = await Promise.all([
    import("@simplewebauthn/server"),
    import("@simplewebauthn/server/helpers"),
  ]);
  const expectedHash = await sha256(utf8(relyingParty));
  try {
    const object = helpers.decodeAttestationObject(fromBase64Url(response.response.attestationObject) as Bytes);
    const { rpIdHash } = helpers.parseAuthenticatorData(object.get("authData"));
    if (!equalBytes(rpIdHash, expectedHash)) {
      throw new Refusal(
        "WebAuthnRelyingPartyMismatchException",
        "The passkey credential is associated with another relying party id.",
      );
    }
    const format = object.get("fmt");
    if (format !== "none" && !(format === "packed" && object.get("attStmt").get("x5c") === undefined)) {
      throw unsupported("attestation that was not asked for");
    }
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: clientData.challenge,
      expectedOrigin: clientData.origin,
      expectedRPID: relyingParty,
      requireUserVerification,
      supportedAlgorithmIDs: [...ALGORITHMS],
    });
    if (!verified) throw unsupported("its own signature does not verify");
    const { credential, credentialDeviceType, aaguid } = registrationInfo;
    if (credential.id !== response.id) throw unsupported("names another credential than it holds");
    if (!(await isUsable(helpers.decodeCredentialPublicKey(credential.publicKey) as unknown as CoseKey))) {
      throw unsupported("a key that is malformed, weak or excessive");
    }
    return {
      id: credential.id,
      publicKey: toBase64Url(credential.publicKey),
      counter: credential.counter,
      backupEligible: credentialDeviceType === "multiDevice",
      aaguid,
    };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    // The library has one kind of error, and raises it for whatever a stranger may send.
    throw unsupported(error instanceof Error ? error.message : "not readable");
  }
}

/** By label, as CBOR has it (RFC 9052 §7). */
type CoseKey = ReadonlyMap<number, unknown>;

/** Whether a key is of a kind that its algorithm has, and can be used (RFC 9053 §7.1.1, RFC 8230 §4). */
async function isUsable(key: CoseKey): Promise<boolean> {
  const [type, algorithm] = [key.get(1), key.get(3)];
  if (type === 2 && algorithm === -7) {
    const [x, y] = [key.get(-2), key.get(-3)];
    if (key.get(-1) !== 1 || !(x instanceof Uint8Array) || !(y instanceof Uint8Array)) return false;
    return canImport(
      { kty: "EC", crv: "P-256", x: toBase64Url(x), y: toBase64Url(y) },
      { name: "ECDSA", namedCurve: "P-256" },
    );
  }
  if (type !== 3 || algorithm !== -257) return false;
  const [n, e] = [key.get(-1), key.get(-2)];
  if (!(n instanceof Uint8Array) || !(e instanceof Uint8Array)) return false;
  if (n[0] === 0 || n.length < RSA_MODULUS.least || n.length > RSA_MODULUS.most) return false;
  return canImport(
    { kty: "RSA", n: toBase64Url(n), e: toBase64Url(e) },
    { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  );
}

async function canImport(jwk: JsonWebKey, algorithm: SubtleCryptoImportKeyAlgorithm): Promise<boolean> {
  try {
    await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["verify"]);
    return true;
  } catch {
    return false;
  }
}
