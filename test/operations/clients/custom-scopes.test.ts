import { beforeAll, describe, expect, it } from "vitest";
import { call, makePool } from "../../client.ts";
import { costsOf } from "../../cost.ts";

const API = "https://api.limen.test/v1";

let UserPoolId: string;
beforeAll(async () => {
  UserPoolId = await makePool();
  await serve(API, ["read", "write"]);
});

const scopes = (names: string[]) => names.map((ScopeName) => ({ ScopeName, ScopeDescription: ScopeName }));
const serve = (Identifier: string, names: string[], pool = UserPoolId) =>
  call("CreateResourceServer", { UserPoolId: pool, Identifier, Name: "api", Scopes: scopes(names) });
const create = async (AllowedOAuthScopes: string[], more: object = {}) =>
  (await call("CreateUserPoolClient", { UserPoolId, ClientName: "machine", AllowedOAuthScopes, ...more }))
    .UserPoolClient;
const update = (ClientId: string, AllowedOAuthScopes: string[]) =>
  call("UpdateUserPoolClient", { UserPoolId, ClientId, AllowedOAuthScopes });
const missing = (scope: string) => ({
  name: "ScopeDoesNotExistException",
  message: `Invalid scope requested: ${scope}`,
});

describe("a client's scopes of resource servers", () => {
  it("are taken when they exist, beside standard ones", async () => {
    const AllowedOAuthScopes = [`${API}/read`, "openid"];
    const { ClientId } = await create(AllowedOAuthScopes);
    const { UserPoolClient } = await update(ClientId, [`${API}/write`]);
    expect(UserPoolClient.AllowedOAuthScopes).toEqual([`${API}/write`]);
  });

  it("are taken for client credentials", async () => {
    const client = await create([`${API}/read`], {
      AllowedOAuthFlows: ["client_credentials"],
      AllowedOAuthFlowsUserPoolClient: true,
      GenerateSecret: true,
    });
    expect(client.AllowedOAuthScopes).toEqual([`${API}/read`]);
  });

  it.each([`${API}/none`, `${API}/`, "read/read", "api/read", `${API}/READ`, `/${API}/read`])(
    "are refused when they do not exist: %s",
    async (scope) => {
      const { ClientId } = await create(["openid"]);
      await expect(create([`${API}/read`, scope])).rejects.toMatchObject(missing(scope));
      await expect(update(ClientId, [`${API}/read`, scope])).rejects.toMatchObject(missing(scope));
    },
  );

  it("are refused when they are another pool's", async () => {
    await serve("theirs", ["read"], await makePool());
    await expect(create(["theirs/read"])).rejects.toMatchObject(missing("theirs/read"));
  });

  it("exist from the moment that they are made, and no longer than they are there", async () => {
    const { ClientId } = await create(["openid"]);
    await expect(update(ClientId, ["brief/a"])).rejects.toMatchObject(missing("brief/a"));
    await serve("brief", ["a", "b"]);
    await update(ClientId, ["brief/a"]);
    await call("UpdateResourceServer", { UserPoolId, Identifier: "brief", Name: "api", Scopes: scopes(["b"]) });
    await expect(update(ClientId, ["brief/a"])).rejects.toMatchObject(missing("brief/a"));
    await call("DeleteResourceServer", { UserPoolId, Identifier: "brief" });
    await expect(update(ClientId, ["brief/b"])).rejects.toMatchObject(missing("brief/b"));
  });

  it("stay with the client when the resource server goes", async () => {
    await serve("going", ["a"]);
    const { ClientId } = await create(["going/a"]);
    await call("DeleteResourceServer", { UserPoolId, Identifier: "going" });
    const { UserPoolClient } = await call("DescribeUserPoolClient", { UserPoolId, ClientId });
    expect(UserPoolClient.AllowedOAuthScopes).toEqual(["going/a"]);
  });

  it("are looked up without a further round trip", async () => {
    const { ClientId } = await create(["openid"]);
    for (const work of [(list: string[]) => create(list), (list: string[]) => update(ClientId, list)]) {
      const [standard] = await costsOf(() => work(["openid"]));
      const [custom] = await costsOf(() => work([`${API}/read`]));
      expect(custom?.hops).toBe(standard?.hops);
    }
  });
});
