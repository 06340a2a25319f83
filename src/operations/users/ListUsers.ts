import type { ListUsersCommandInput, ListUsersCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import { searchUsers, type UserPosition } from "../../directory/user-search.ts";
import { resolvePool } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { cutPage, openPageToken, pageSize, sealPageToken } from "../page-token.ts";
import { toUserType } from "../user-shape.ts";
import { readFilter } from "./filter.ts";

/** Amazon Cognito API: ListUsers. Ascending by the filtered attribute, by `sub` without a filter. */
export const ListUsers = signed<ListUsersCommandInput, ListUsersCommandOutput>(async (call, input) => {
  const pool = await resolvePool(call, input.UserPoolId);
  const search = readFilter(pool, input.Filter);
  const question = ["ListUsers", pool.id, input.Filter ?? ""];
  const after = await openPageToken<UserPosition>(call, question, input.PaginationToken);
  const size = pageSize(input.Limit);
  const [rows] = await call.db.batch([searchUsers(call.db, pool.id, search, size + 1, after)]);
  const { page, last } = cutPage(rows, size);
  return {
    Users: page.map((user) => toUserType(user, input.AttributesToGet)),
    ...(last && { PaginationToken: await sealPageToken(call, question, [last.key, last.sub]) }),
  };
});
