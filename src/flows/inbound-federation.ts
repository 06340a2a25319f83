import type { IdentityProviderTypeType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../call.ts";
import type { Pool } from "../directory/pools.ts";
import { runTrigger } from "../mechanisms/triggers/run-trigger.ts";

type Attributes = Readonly<Record<string, string>>;

/** What an external provider said of someone who signs in by it. */
export interface ProviderAnswer {
  clientId: string;
  /** The name that the person has, or will have, in the pool. */
  userName: string;
  providerName: string;
  providerType: IdentityProviderTypeType;
  /** As they came, each by its own source: the first three of OIDC and social providers, the last of SAML ones. */
  parts: {
    tokenResponse?: Attributes;
    idToken?: Attributes;
    userInfo?: Attributes;
    samlResponse?: Attributes;
  };
  /** All that the provider's attribute mapping is about to be applied to, by the provider's names. */
  attributes: Attributes;
}

/**
 * Asks the inbound-federation trigger about a provider's answer, at every sign-in by it, before anything of it is
 * mapped or stored (Amazon Cognito: inbound federation Lambda trigger).
 * @returns the attributes to map: those that the trigger names, and no others; all as they came where it names none
 * @throws Refusal UserLambdaValidationException, UnexpectedLambdaException, InvalidLambdaResponseException
 */
export async function inboundFederation(
  call: Call,
  pool: Pool,
  { clientId, userName, providerName, providerType, parts, attributes }: ProviderAnswer,
): Promise<Attributes> {
  const { userAttributesToMap } = await runTrigger(call, pool, "InboundFederation", {
    source: "InboundFederation_ExternalProvider",
    clientId,
    userName,
    request: { providerName, providerType, attributes: parts },
    response: { userAttributesToMap: {} },
  });
  const named = userAttributesToMap ?? {};
  return Object.keys(named).length > 0 ? named : attributes;
}
