import type {
  DeleteUserPoolDomainCommandInput,
  DeleteUserPoolDomainCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { deleteDomain } from "../../directory/domains.ts";
import { signed } from "../operation.ts";
import { domainNotFound } from "./domain-shape.ts";

/** Amazon Cognito API: DeleteUserPoolDomain. The name is free at once. */
export const DeleteUserPoolDomain = signed<DeleteUserPoolDomainCommandInput, DeleteUserPoolDomainCommandOutput>(
  async (call, { UserPoolId, Domain }) => {
    if (!(await deleteDomain(call.db, UserPoolId, Domain))) throw domainNotFound();
    return {};
  },
);
