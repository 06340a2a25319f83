import { describe, expect, it } from "vitest";
import { makePool, requestOf } from "../../client.ts";
import { get } from "../../fetch.ts";

/** Calls an operation with an access key that is limited to some pools. @returns the fault's name, or "ok" */
async function callAs(pools: string[], operation: string, input: object): Promise<string> {
  const key = { accessKeyId: "scoped", secretAccessKey: "scoped-secret" };
  const init = await requestOf(operation, input, key);
  const response = await get("/", { method: "POST", ...init }, { ADMIN_KEYS: JSON.stringify([{ ...key, pools }]) });
  return response.ok ? "ok" : (await response.json<{ __type: string }>()).__type;
}

describe("an access key that is limited to a pool", () => {
  it("manages that pool's domain, and no other pool's", async () => {
    const [mine, other] = [await makePool(), await makePool()];
    const denied = "AccessDeniedException";
    const as = (operation: string, UserPoolId: string, more: object = {}) =>
      callAs([mine], operation, { UserPoolId, Domain: "scoped", ...more });
    expect(await as("CreateUserPoolDomain", other)).toBe(denied);
    expect(await as("CreateUserPoolDomain", mine)).toBe("ok");
    expect(await as("UpdateUserPoolDomain", mine, { ManagedLoginVersion: 2 })).toBe("ok");
    expect(await as("DeleteUserPoolDomain", other)).toBe(denied);
    expect(await as("DeleteUserPoolDomain", mine)).toBe("ok");
  });

  it("cannot ask whose a name is, since the question names no pool", async () => {
    const mine = await makePool();
    for (const more of [{}, { UserPoolId: mine }]) {
      expect(await callAs([mine], "DescribeUserPoolDomain", { Domain: "any", ...more })).toBe("AccessDeniedException");
    }
  });
});
