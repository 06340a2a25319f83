import type { AuthenticationResponseJSON } from "@simplewebauthn/server";
import type { Passkey } from "../../directory/passkeys.ts";
import { type Bytes, fromBase64Url } from "../../lib/encoding.ts";
import type { ClientData } from "./client-data.ts";

/** What a good assertion says. */
export interface Assertion {
  /** Whether the authenticator has verified its user, by a fingerprint or PIN, and not only that somebody was there. */
  userVerified: boolean;
  /** Signature counter; 0 where the authenticator has none. */
  counter: number;
}

/** Why one is not good. */
export interface BadAssertion {
  /** For the log. */
  reason: string;
  /** Whether it is the counter that does not fit, under a good signature. */
  cloned?: true;
}

/** A P-256 key in COSE form whose private half was thrown away: what is checked where there is no passkey. */
const NOBODYS_KEY =
  "pQECAyYgASFYICG7ZKcaBzoNCzr4unQlsO3h4qt5Oa6za43GyL_dP9vAIlgg_9LwgEmr4c-98eH0Em_v8kuQ-7_X-toL3kinzLeyUoM";

/**
 * Verifies the proof of a passkey (Web Authentication Level 3 §7.2), whose challenge and origin were judged before.
 * Without a passkey it does the same work and refuses.
 */
export async function verifyAssertion(
  response: AuthenticationResponseJSON,
  clientData: ClientData,
  relyingParty: string,
  passkey: Passkey | undefined,
  requireUserVerification: boolean,
): Promise<Assertion | BadAssertion> {
  // The library is large: it is loaded when a passkey is there to check, not with the worker.
  const { verifyAuthenticationResponse } = await import("@simplewebauthn/server");
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: clientData.challenge,
      expectedOrigin: clientData.origin,
      expectedRPID: relyingParty,
      requireUserVerification,
      credential: {
        id: response.id,
        publicKey: fromBase64Url(passkey?.publicKey ?? NOBODYS_KEY) as Bytes,
        // The library compares counters before it knows who signed them. Here it is the other way round.
        counter: 0,
      },
    });
    if (!verified) return { reason: "wrong signature" };
    if (!passkey) return { reason: "unknown passkey" };
    const { newCounter: counter, credentialDeviceType, userVerified } = authenticationInfo;
    // §7.2, step 19.
    if ((credentialDeviceType === "multiDevice") !== passkey.backupEligible) {
      return { reason: "another backup eligibility than when it was registered" };
    }
    // §7.2, step 22: a counter that stands still may mean that the authenticator was cloned.
    if ((counter !== 0 || passkey.counter !== 0) && counter <= passkey.counter) {
      return { reason: `signature counter ${counter} after ${passkey.counter}: perhaps a clone`, cloned: true };
    }
    return { userVerified, counter };
  } catch (error) {
    // The library has one kind of error, and raises it for whatever a stranger may send.
    return { reason: error instanceof Error ? error.message.slice(0, 200) : "not readable" };
  }
}
