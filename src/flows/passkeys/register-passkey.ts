import type { PublicKeyCredentialCreationOptionsJSON } from "@simplewebauthn/server";
import type { Call } from "../../call.ts";
import type { Client } from "../../directory/clients.ts";
import { usernameAttributes } from "../../directory/names.ts";
import { insertPasskey, MOST_PASSKEYS, passkeysOf } from "../../directory/passkeys.ts";
import type { Pool } from "../../directory/pools.ts";
import type { User } from "../../directory/users.ts";
import { Refusal } from "../../lib/refusal.ts";
import { makeChallenge, openChallenge } from "../../mechanisms/passkeys/challenge.ts";
import { fitsOrigin, readClientData } from "../../mechanisms/passkeys/client-data.ts";
import { readRegistration } from "../../mechanisms/passkeys/credential-json.ts";
import { friendlyName } from "../../mechanisms/passkeys/friendly-name.ts";
import { creationOptions } from "../../mechanisms/passkeys/options.ts";
import { isStandIn } from "../../mechanisms/passkeys/stand-ins.ts";
import { verifyRegistration } from "../../mechanisms/passkeys/verify-registration.ts";
import { allowsPasskeys, relyingPartyOf, userVerificationOf } from "../passkey-rules.ts";

/** Who registers a passkey, and where. */
export interface Registrant {
  pool: Pool;
  client: Client;
  user: User;
}

/** Milliseconds that a registration may take: browsers end it sooner by themselves. */
const LIFETIME = 5 * 60_000;

const full = (): Refusal => new Refusal("LimitExceededException", `A user can have up to ${MOST_PASSKEYS} passkeys.`);

const invalid = (reason: string): Refusal =>
  new Refusal("InvalidParameterException", "Invalid passkey credential.", { reason });

const challengeNotFound = (reason: string): Refusal =>
  new Refusal("WebAuthnChallengeNotFoundException", "The passkey registration was not started, or it has expired.", {
    reason,
  });

/** @throws Refusal WebAuthnNotEnabledException */
function checkEnabled(pool: Pool): void {
  if (!allowsPasskeys(pool)) {
    throw new Refusal("WebAuthnNotEnabledException", "Passkeys are not enabled for the user pool.");
  }
}

/** A challenge is of one user alone. Its client is told apart by itself, as that is refused in other words. */
const boundTo = (pool: Pool, user: User): string[] => ["registration", pool.id, user.sub];

/**
 * The name that authenticators show: what the person signs in with, where their username is a UUID that they never see.
 */
const shownName = (pool: Pool, user: User): string =>
  usernameAttributes(pool)
    .map((attribute) => user.attributes[attribute])
    .find(Boolean) ?? user.username;

/**
 * Begins to register a passkey of a signed-in user (Amazon Cognito API: StartWebAuthnRegistration). One hop, no write.
 * @returns what the browser makes it by
 * @throws Refusal WebAuthnNotEnabledException, WebAuthnConfigurationMissingException, LimitExceededException
 */
export async function startRegistration(
  call: Call,
  { pool, client, user }: Registrant,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  checkEnabled(pool);
  const [relyingParty, held] = await Promise.all([relyingPartyOf(call, pool), passkeysOf(call.db, pool.id, user.sub)]);
  if (relyingParty === undefined) {
    throw new Refusal(
      "WebAuthnConfigurationMissingException",
      "The user pool has neither a relying party id nor a domain.",
    );
  }
  if (held.length >= MOST_PASSKEYS) throw full();
  const about = { clientId: client.id, relyingParty };
  const challenge = await makeChallenge(call, boundTo(pool, user), about, LIFETIME);
  const userVerification = userVerificationOf(pool);
  const person = { sub: user.sub, name: shownName(pool, user) };
  return creationOptions({ challenge, relyingParty, userVerification }, person, held);
}

/**
 * Keeps the passkey that a browser has made (Amazon Cognito API: CompleteWebAuthnRegistration). One hop, in which the
 * challenge is spent with it.
 * @param document RegistrationResponseJSON, as it came
 * @throws Refusal InvalidParameterException for what is no such document, or a credential that is registered already;
 *   WebAuthnNotEnabledException, WebAuthnChallengeNotFoundException, WebAuthnClientMismatchException,
 *   WebAuthnOriginNotAllowedException, WebAuthnRelyingPartyMismatchException, WebAuthnCredentialNotSupportedException,
 *   LimitExceededException
 */
export async function completeRegistration(
  call: Call,
  { pool, client, user }: Registrant,
  document: unknown,
): Promise<void> {
  checkEnabled(pool);
  const credential = readRegistration(document);
  if (!credential) throw invalid("no RegistrationResponseJSON");
  const clientData = readClientData(credential.response.clientDataJSON);
  // Web Authentication Level 3 §7.1, step 7.
  if (clientData?.type !== "webauthn.create") throw invalid("client data of another kind");
  const challenge = await openChallenge(call, boundTo(pool, user), clientData.challenge);
  if (!challenge) throw challengeNotFound("does not open");
  if (challenge.clientId !== client.id) {
    throw new Refusal("WebAuthnClientMismatchException", "The passkey registration was started by another client.");
  }
  const { relyingParty } = challenge;
  if (!fitsOrigin(clientData, relyingParty, call.settings.development)) {
    throw new Refusal(
      "WebAuthnOriginNotAllowedException",
      "The origin of the passkey credential does not fit the relying party id of the user pool.",
      { reason: `${clientData.origin.slice(0, 200)} for ${relyingParty}` },
    );
  }
  const required = userVerificationOf(pool) === "required";
  const { aaguid, ...made } = await verifyRegistration(credential, clientData, relyingParty, required);
  const attachment = credential.authenticatorAttachment;
  const written = await insertPasskey(
    call.db,
    {
      poolId: pool.id,
      ...made,
      sub: user.sub,
      name: friendlyName(aaguid, attachment),
      transports: credential.response.transports ?? [],
      attachment: attachment ?? null,
      relyingPartyId: relyingParty,
      createdAt: call.now,
    },
    challenge,
    { reserved: await isStandIn(call, pool.id, made.id) },
  );
  if (written === "spent") throw challengeNotFound("answered before");
  if (written === "full") throw full();
  // Web Authentication Level 3 §7.1, step 26.
  if (written === "taken") throw invalid("the credential id is registered already");
}
