import type { DomainDescriptionType } from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { Domain } from "../../directory/domains.ts";
import { Refusal } from "../../lib/refusal.ts";

/** Classic pages, unless a domain says otherwise. */
const CLASSIC = 1;

/** The worker's own host, which Cloudflare and the name server of a custom domain must lead to; there is no other front. */
export const frontOf = (call: Call): string => new URL(call.origin).hostname;

/** A domain as DescribeUserPoolDomain shows one. It works from the moment that it exists. */
export const toDomainDescription = (call: Call, { domain, poolId, settings }: Domain): DomainDescriptionType => ({
  UserPoolId: poolId,
  AWSAccountId: call.settings.accountId,
  Domain: domain,
  CloudFrontDistribution: frontOf(call),
  Status: "ACTIVE",
  CustomDomainConfig: settings.CustomDomainConfig,
  ManagedLoginVersion: settings.ManagedLoginVersion ?? CLASSIC,
  Routing: settings.Routing,
});

/** A domain as whoever creates or changes it is answered. */
export const toDomainAnswer = (call: Call, { kind, settings }: Domain) => ({
  ManagedLoginVersion: settings.ManagedLoginVersion ?? CLASSIC,
  ...(kind === "custom" && { CloudFrontDomain: frontOf(call) }),
  ...(settings.Routing && { Routing: settings.Routing }),
});

export const domainNotFound = (): Refusal =>
  new Refusal("InvalidParameterException", "No such domain or user pool exists.");
