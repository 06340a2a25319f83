import type {
  CreateUserPoolDomainCommandInput,
  CreateUserPoolDomainCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { type Domain, insertDomain } from "../../directory/domains.ts";
import { Refusal } from "../../lib/refusal.ts";
import { signed } from "../operation.ts";
import { poolChanged, poolNow } from "../revise-pool.ts";
import { checkName, checkSettings } from "./check-domain.ts";
import { toDomainAnswer } from "./domain-shape.ts";

/**
 * Amazon Cognito API: CreateUserPoolDomain. With CustomDomainConfig a custom domain, else a prefix domain. The certificate is
 * kept and shown, but has no effect: Cloudflare has one of its own for every host that leads to the worker.
 */
export const CreateUserPoolDomain = signed<CreateUserPoolDomainCommandInput, CreateUserPoolDomainCommandOutput>(
  async (call, { UserPoolId, Domain: name, ...settings }) => {
    const pool = await poolNow(call, UserPoolId);
    const domain: Domain = {
      domain: name,
      poolId: pool.id,
      kind: settings.CustomDomainConfig ? "custom" : "prefix",
      settings,
      createdAt: call.now,
      updatedAt: call.now,
    };
    checkName(call, domain);
    checkSettings(pool, domain.kind, settings);
    switch (await insertDomain(call.db, pool, domain)) {
      case "inserted":
        return toDomainAnswer(call, domain);
      case "pool has one":
        throw new Refusal("InvalidParameterException", "User pool already has a domain configured.");
      case "taken":
        throw new Refusal("InvalidParameterException", "Domain already associated with another user pool.");
      case "stale":
        throw poolChanged();
    }
  },
);
