import type { Call } from "../../call.ts";
import type { Domain } from "../../directory/domains.ts";
import type { DomainSettings } from "../../directory/pool.ts";
import type { Pool } from "../../directory/pools.ts";
import { domainOfHost } from "../../flows/pool-of-host.ts";
import { Refusal } from "../../lib/refusal.ts";
import { frontOf } from "./domain-shape.ts";

/** What Cognito keeps for itself: a prefix with one of these could pass for an address of the service. */
const RESERVED_WORDS = ["aws", "amazon", "cognito"];

const refuse = (message: string): Refusal => new Refusal("InvalidParameterException", message);

/**
 * Refuses names that no domain of this kind may have, or that would never be reached (Amazon Cognito: configuring a user
 * pool domain). Cognito also wants the parent of a custom domain to have an address; here that is between Cloudflare and its owner.
 * @throws Refusal InvalidParameterException
 */
export function checkName(call: Call, { domain, kind }: Pick<Domain, "domain" | "kind">): void {
  if (kind === "prefix") checkPrefix(domain);
  else checkHost(domain);
  const { domainSuffix } = call.settings;
  const host = kind === "custom" ? domain : domainSuffix && `${domain}.${domainSuffix}`;
  if (host === undefined) return;
  const reached = domainOfHost(call.settings, host);
  if (reached?.kind !== kind || reached.domain !== domain || host === frontOf(call)) {
    throw refuse(`The host ${host} belongs to this service itself.`);
  }
}

function checkPrefix(prefix: string): void {
  if (prefix.includes(".")) {
    throw refuse(
      "The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, and hyphens. Please enter a different name that follows this format: ^[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?$",
    );
  }
  const reserved = RESERVED_WORDS.find((word) => prefix.includes(word));
  if (reserved !== undefined) throw refuse(`Domain cannot contain reserved word: ${reserved}`);
}

/** RFC 1123 §2.1: the last label of a host is never a number, or it would be an address. */
function checkHost(host: string): void {
  const labels = host.split(".");
  if (labels.length < 2 || /^\d+$/.test(labels.at(-1) ?? "")) {
    throw refuse(
      "Custom domain is not a valid subdomain: it must be a fully-qualified domain name below a top-level domain.",
    );
  }
}

/**
 * Refuses settings that a domain of this kind, or its pool, cannot have.
 * @throws Refusal InvalidParameterException, FeatureUnavailableInTierException
 */
export function checkSettings(pool: Pool, kind: Domain["kind"], settings: DomainSettings): void {
  const { ManagedLoginVersion: version = 1, CustomDomainConfig, Routing } = settings;
  if (version !== 1 && version !== 2) throw refuse("ManagedLoginVersion must be 1 or 2.");
  if (version === 2 && pool.settings.UserPoolTier === "LITE") {
    throw new Refusal("FeatureUnavailableInTierException", "Managed login is not available in the LITE tier.");
  }
  if (kind === "custom") return;
  if (CustomDomainConfig) throw refuse("CustomDomainConfig can be set only for a custom domain.");
  if (Routing) throw refuse("Routing can be set only for a custom domain.");
}
