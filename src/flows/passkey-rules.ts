// What a pool says of passkeys (Amazon Cognito API: SignInPolicyType, WebAuthnConfigurationType).
import type { Call } from "../call.ts";
import { allowedFirstFactors } from "../directory/pool.ts";
import type { Pool } from "../directory/pools.ts";
import { hostOfPool } from "./address-of-pool.ts";

/** Whether users of the pool may sign in by passkey. */
export const allowsPasskeys = ({ settings }: Pool): boolean => allowedFirstFactors(settings).includes("WEB_AUTHN");

/** Whether only passkeys count that verify their user, by a fingerprint or PIN. */
export const userVerificationOf = ({ settings }: Pool): "required" | "preferred" =>
  settings.mfa?.webAuthn?.UserVerification === "required" ? "required" : "preferred";

/**
 * The host that passkeys of the pool are good for (Web Authentication Level 3 §4, relying party identifier): as
 * configured, else the host of its own; on a developer's machine, else the one that was asked. No hop while the pool's
 * domains are known.
 * @returns undefined where there is none, so that the pool can have no passkeys
 */
export async function relyingPartyOf(call: Call, { id, settings }: Pool): Promise<string | undefined> {
  const configured = settings.mfa?.webAuthn?.RelyingPartyId;
  if (configured) return configured.toLowerCase();
  const host = await hostOfPool(call, id);
  return host ?? (call.settings.development ? new URL(call.origin).hostname : undefined);
}
