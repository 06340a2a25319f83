// What a pool says of passkeys (Amazon Cognito API: SignInPolicyType, WebAuthnConfigurationType).
import type { Call } from "../call.ts";
import { findDomainsOf } from "../directory/domains.ts";
import type { Pool } from "../directory/pools.ts";

/** Whether users of the pool may sign in by passkey. */
export const allowsPasskeys = ({ settings }: Pool): boolean =>
  settings.Policies?.SignInPolicy?.AllowedFirstAuthFactors?.includes("WEB_AUTHN") ?? false;

/** Whether only passkeys count that verify their user, by a fingerprint or PIN. */
export const userVerificationOf = ({ settings }: Pool): "required" | "preferred" =>
  settings.mfa?.webAuthn?.UserVerification === "required" ? "required" : "preferred";

/**
 * The host that passkeys of the pool are good for (Web Authentication Level 3 §4, relying party identifier): as configured,
 * else the custom domain, else the prefix domain where prefixes have hosts; on a developer's machine, else the host that
 * was asked. No hop while the pool's domains are known.
 * @returns undefined where there is none, so that the pool can have no passkeys
 */
export async function relyingPartyOf(call: Call, { id, settings }: Pool): Promise<string | undefined> {
  const configured = settings.mfa?.webAuthn?.RelyingPartyId;
  if (configured) return configured.toLowerCase();
  const domains = await findDomainsOf(call.db, id, call.now);
  const custom = domains.find(({ kind }) => kind === "custom")?.domain;
  if (custom !== undefined) return custom;
  const { domainSuffix, development } = call.settings;
  const prefix = domains.find(({ kind }) => kind === "prefix")?.domain;
  if (prefix !== undefined && domainSuffix !== undefined) return `${prefix}.${domainSuffix}`;
  return development ? new URL(call.origin).hostname : undefined;
}
