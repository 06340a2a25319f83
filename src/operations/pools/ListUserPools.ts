import type { ListUserPoolsCommandInput, ListUserPoolsCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { listPools } from "../../directory/pools.ts";
import { signed } from "../operation.ts";
import { cutPage, openPageToken, sealPageToken } from "../page-token.ts";
import { toUserPoolDescription } from "./pool-shape.ts";

const QUESTION = ["ListUserPools"];

/** Amazon Cognito API: ListUserPools. In order of their ids. */
export const ListUserPools = signed<ListUserPoolsCommandInput, ListUserPoolsCommandOutput>(
  async (call, { MaxResults, NextToken }) => {
    const [after] = (await openPageToken<[string]>(call, QUESTION, NextToken)) ?? [];
    const { page, last } = cutPage(await listPools(call.db, MaxResults + 1, after), MaxResults);
    return {
      UserPools: page.map(toUserPoolDescription),
      ...(last && { NextToken: await sealPageToken(call, QUESTION, [last.id]) }),
    };
  },
);
