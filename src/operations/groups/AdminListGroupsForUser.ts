import type {
  AdminListGroupsForUserCommandInput,
  AdminListGroupsForUserCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { listGroupsOf } from "../../directory/groups.ts";
import { subOf, userByName } from "../../directory/users.ts";
import { resolvePool, userNotFound } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { cutPage, openPageToken, pageSize, sealPageToken } from "../page-token.ts";
import { toGroupType } from "./group-shape.ts";

/** Amazon Cognito API: AdminListGroupsForUser. In order of their names. */
export const AdminListGroupsForUser = signed<AdminListGroupsForUserCommandInput, AdminListGroupsForUserCommandOutput>(
  async (call, input) => {
    const pool = await resolvePool(call, input.UserPoolId);
    const question = ["AdminListGroupsForUser", pool.id, input.Username];
    const [after] = (await openPageToken<[string]>(call, question, input.NextToken)) ?? [];
    const size = pageSize(input.Limit);
    const [[user], rows] = await call.db.batch([
      userByName(call.db, pool, input.Username),
      listGroupsOf(call.db, pool.id, subOf(pool, input.Username), size + 1, after),
    ]);
    if (!user) throw userNotFound();
    const { page, last } = cutPage(rows, size);
    return {
      Groups: page.map(toGroupType),
      ...(last && { NextToken: await sealPageToken(call, question, [last.name]) }),
    };
  },
);
