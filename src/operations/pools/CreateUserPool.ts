import type {
  CreateUserPoolCommandInput,
  CreateUserPoolCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { insertPool, type Pool } from "../../directory/pools.ts";
import { randomPoolName } from "../../lib/random.ts";
import { signed } from "../operation.ts";
import { checkTags } from "../pool-tags.ts";
import { checkPool } from "./check-pool.ts";
import { toUserPoolType } from "./pool-shape.ts";
import { newSettings } from "./read-settings.ts";
import { newSchema } from "./schema.ts";

/** Amazon Cognito API: CreateUserPool. */
export const CreateUserPool = signed<CreateUserPoolCommandInput, CreateUserPoolCommandOutput>(async (call, input) => {
  const tags = input.UserPoolTags ?? {};
  checkTags(tags, "UserPoolTaggingException");
  const pool: Pool = {
    id: "",
    name: input.PoolName,
    settings: newSettings(input),
    attributes: newSchema(input.Schema ?? []),
    tags,
    users: 0,
    createdAt: call.now,
    updatedAt: call.now,
    revision: crypto.randomUUID(),
  };
  checkPool(pool);
  do {
    pool.id = `${call.settings.region}_${randomPoolName()}`;
  } while (!(await insertPool(call.db, pool)));
  return { UserPool: toUserPoolType(call, pool) };
});
