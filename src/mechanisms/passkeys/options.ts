import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/server";
import type { Passkey } from "../../directory/passkeys.ts";
import { toBase64Url, utf8 } from "../../lib/encoding.ts";
import { ALGORITHMS } from "./algorithms.ts";

/**
 * Milliseconds that a browser waits for the person (Web Authentication Level 3 §15.1 asks for more; Cognito says this).
 */
const TIMEOUT = 60_000;

/** What both ceremonies are asked with. */
interface Asked {
  challenge: string;
  relyingParty: string;
  userVerification: "required" | "preferred";
}

/**
 * User handle of a user (Web Authentication Level 3 §5.4.3): says nothing of the person, and is the same in every
 * passkey of theirs.
 */
export const userHandleOf = (sub: string): string => toBase64Url(utf8(sub));

/**
 * What a browser makes a passkey by (Web Authentication Level 3 §5.4), as JSON. It always is one that can be found
 * without naming its user first.
 * @param user with the name that authenticators show
 * @param held passkeys of the user: their authenticators need make none
 */
export const creationOptions = (
  { challenge, relyingParty, userVerification }: Asked,
  { sub, name }: { sub: string; name: string },
  held: readonly Pick<Passkey, "id">[],
): PublicKeyCredentialCreationOptionsJSON => ({
  rp: { id: relyingParty, name: relyingParty },
  user: { id: userHandleOf(sub), name, displayName: name },
  challenge,
  pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
  timeout: TIMEOUT,
  excludeCredentials: held.map(({ id }) => ({ id, type: "public-key" })),
  authenticatorSelection: { requireResidentKey: true, residentKey: "required", userVerification },
});

/**
 * What a browser asks for the proof of a passkey by (Web Authentication Level 3 §5.5), as JSON.
 * @param allowed passkeys of which one will do; any that its owner picks where left out
 */
export const requestOptions = (
  { challenge, relyingParty, userVerification }: Asked,
  allowed?: readonly Pick<Passkey, "id" | "transports">[],
): PublicKeyCredentialRequestOptionsJSON => ({
  challenge,
  rpId: relyingParty,
  timeout: TIMEOUT,
  ...(allowed && {
    allowCredentials: allowed.map(({ id, transports }) => ({
      id,
      type: "public-key" as const,
      ...(transports.length > 0 && { transports: transports as AuthenticatorTransport[] }),
    })),
  }),
  userVerification,
});

type AuthenticatorTransport = NonNullable<
  NonNullable<PublicKeyCredentialRequestOptionsJSON["allowCredentials"]>[number]["transports"]
>[number];
