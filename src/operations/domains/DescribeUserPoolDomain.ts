import type {
  DescribeUserPoolDomainCommandInput,
  DescribeUserPoolDomainCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { domainNamed } from "../../directory/domains.ts";
import { signed } from "../operation.ts";
import { toDomainDescription } from "./domain-shape.ts";

/** Amazon Cognito API: DescribeUserPoolDomain. A domain that does not exist is described by nothing, not refused. */
export const DescribeUserPoolDomain = signed<DescribeUserPoolDomainCommandInput, DescribeUserPoolDomainCommandOutput>(
  async (call, { Domain }) => {
    const [domain] = await domainNamed(call.db, Domain);
    return { DomainDescription: domain ? toDomainDescription(call, domain) : {} };
  },
);
