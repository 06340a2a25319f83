import type {
  ListUsersInGroupCommandInput,
  ListUsersInGroupCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { groupByName, listMembers } from "../../directory/groups.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { cutPage, openPageToken, pageSize, sealPageToken } from "../page-token.ts";
import { toUserType } from "../user-shape.ts";
import { groupNotFound } from "./group-shape.ts";

/** Amazon Cognito API: ListUsersInGroup. In order of their subs. */
export const ListUsersInGroup = signed<ListUsersInGroupCommandInput, ListUsersInGroupCommandOutput>(
  async (call, input) => {
    const pool = await resolvePool(call, input.UserPoolId);
    const question = ["ListUsersInGroup", pool.id, input.GroupName];
    const [after] = (await openPageToken<[string]>(call, question, input.NextToken)) ?? [];
    const size = pageSize(input.Limit);
    const [[group], rows] = await call.db.batch([
      groupByName(call.db, pool.id, input.GroupName),
      listMembers(call.db, pool.id, input.GroupName, size + 1, after),
    ]);
    if (!group) throw groupNotFound();
    const { page, last } = cutPage(rows, size);
    return {
      Users: page.map((user) => toUserType(user)),
      ...(last && { NextToken: await sealPageToken(call, question, [last.sub]) }),
    };
  },
);
