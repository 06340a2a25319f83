import type {
  ListResourceServersCommandInput,
  ListResourceServersCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { listResourceServers } from "../../directory/resource-servers.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { cutPage, openPageToken, pageSize, sealPageToken } from "../page-token.ts";
import { toResourceServerType } from "./resource-server-shape.ts";

const MOST = 50;

/** Amazon Cognito API: ListResourceServers. In order of their identifiers. */
export const ListResourceServers = signed<ListResourceServersCommandInput, ListResourceServersCommandOutput>(
  async (call, { UserPoolId, MaxResults, NextToken }) => {
    const question = ["ListResourceServers", UserPoolId];
    const [after] = (await openPageToken<[string]>(call, question, NextToken)) ?? [];
    const size = pageSize(MaxResults, MOST);
    const [, rows] = await Promise.all([
      resolvePool(call, UserPoolId),
      listResourceServers(call.db, UserPoolId, size + 1, after),
    ]);
    const { page, last } = cutPage(rows, size);
    return {
      ResourceServers: page.map(toResourceServerType),
      ...(last && { NextToken: await sealPageToken(call, question, [last.identifier]) }),
    };
  },
);
