import { changePool } from "../../directory/pool-changes.ts";
import type { Pool } from "../../directory/pools.ts";
import { Refusal } from "../../lib/refusal.ts";
import { signed } from "../operation.ts";
import { checkTags } from "../pool-tags.ts";
import { poolChanged, poolNow } from "../revise-pool.ts";
import { checkPool } from "./check-pool.ts";
import { conditionsOf } from "./frozen-settings.ts";
import { changedSettings, type UpdateUserPoolInput } from "./read-settings.ts";
import { changeSchema } from "./schema.ts";

/**
 * Amazon Cognito API: UpdateUserPool. What is left out goes back to its default. Beyond Cognito it takes AliasAttributes,
 * UsernameAttributes, UsernameConfiguration and Schema, which stay as they are when left out.
 */
export const UpdateUserPool = signed<UpdateUserPoolInput>(async (call, input) => {
  const before = await poolNow(call, input.UserPoolId);
  const tags = input.UserPoolTags ?? {};
  checkTags(tags, "UserPoolTaggingException");
  const change = {
    name: input.PoolName ?? before.name,
    settings: changedSettings(before.settings, input),
    attributes: changeSchema(before.attributes, input.Schema ?? []),
    tags,
  };
  const after: Pool = { ...before, ...change };
  checkPool(after);
  const conditions = conditionsOf(before, after);
  const outcome = await changePool(
    call.db,
    before,
    change,
    call.now,
    conditions.map(({ holds }) => holds),
  );
  if (outcome === "stale") throw poolChanged();
  if (outcome === "names collide") {
    throw new Refusal("InvalidParameterException", "Two users of the user pool would sign in with the same name.");
  }
  if (outcome !== "changed") throw conditions[outcome.unmet]?.refusal;
});
