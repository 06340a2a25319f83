import type {
  ListUserPoolClientsCommandInput,
  ListUserPoolClientsCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { listClients } from "../../directory/clients.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { cutPage, openPageToken, pageSize, sealPageToken } from "../page-token.ts";
import { toUserPoolClientDescription } from "./client-shape.ts";

/** Amazon Cognito API: ListUserPoolClients. In order of their ids. */
export const ListUserPoolClients = signed<ListUserPoolClientsCommandInput, ListUserPoolClientsCommandOutput>(
  async (call, { UserPoolId, MaxResults, NextToken }) => {
    const question = ["ListUserPoolClients", UserPoolId];
    const [after] = (await openPageToken<[string]>(call, question, NextToken)) ?? [];
    const size = pageSize(MaxResults);
    const [, rows] = await Promise.all([
      resolvePool(call, UserPoolId),
      listClients(call.db, UserPoolId, size + 1, after),
    ]);
    const { page, last } = cutPage(rows, size);
    return {
      UserPoolClients: page.map(toUserPoolClientDescription),
      ...(last && { NextToken: await sealPageToken(call, question, [last.id]) }),
    };
  },
);
