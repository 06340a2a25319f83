import type {
  UpdateUserPoolDomainCommandInput,
  UpdateUserPoolDomainCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { domainNamed, updateDomain } from "../../directory/domains.ts";
import { readPool } from "../../directory/pools.ts";
import { signed } from "../operation.ts";
import { poolChanged } from "../revise-pool.ts";
import { checkSettings } from "./check-domain.ts";
import { domainNotFound, toDomainAnswer } from "./domain-shape.ts";

/** Amazon Cognito API: UpdateUserPoolDomain. What is left out stays; the kind of a domain never changes. */
export const UpdateUserPoolDomain = signed<UpdateUserPoolDomainCommandInput, UpdateUserPoolDomainCommandOutput>(
  async (call, { UserPoolId, Domain: name, ...change }) => {
    const [pool, [domain]] = await Promise.all([readPool(call.db, UserPoolId), domainNamed(call.db, name)]);
    if (!pool || domain?.poolId !== pool.id) throw domainNotFound();
    checkSettings(pool, domain.kind, change);
    const after = await updateDomain(call.db, pool, name, change, call.now);
    if (!after) throw poolChanged();
    return toDomainAnswer(call, after);
  },
);
