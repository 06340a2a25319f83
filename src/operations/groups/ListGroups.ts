import type { ListGroupsCommandInput, ListGroupsCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { listGroups } from "../../directory/groups.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { cutPage, openPageToken, pageSize, sealPageToken } from "../page-token.ts";
import { toGroupType } from "./group-shape.ts";

/** Amazon Cognito API: ListGroups. In order of their names. */
export const ListGroups = signed<ListGroupsCommandInput, ListGroupsCommandOutput>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  const question = ["ListGroups", pool.id];
  const [after] = (await openPageToken<[string]>(call, question, input.NextToken)) ?? [];
  const size = pageSize(input.Limit);
  const [rows] = await call.db.batch([listGroups(call.db, pool.id, size + 1, after)]);
  const { page, last } = cutPage(rows, size);
  return {
    Groups: page.map(toGroupType),
    ...(last && { NextToken: await sealPageToken(call, question, [last.name]) }),
  };
});
