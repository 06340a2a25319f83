import { expect, it } from "vitest";
import { call, makeClient, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { open } from "./person.ts";

it("shows the user's name and attributes, sub first", async () => {
  const { person } = await open();
  const { sub, AccessToken } = await person("jane", { email: "jane@example.com", email_verified: "true" });
  expect(await call("GetUser", { AccessToken })).toEqual({
    Username: "jane",
    UserAttributes: [
      { Name: "sub", Value: sub },
      { Name: "email", Value: "jane@example.com" },
      { Name: "email_verified", Value: "true" },
    ],
  });
});

it("shows what the token's client may read, and developer attributes to no client", async () => {
  const { pool, person } = await open({
    Schema: [{ Name: "score", AttributeDataType: "String", DeveloperOnlyAttribute: true }],
  });
  const { sub, AccessToken } = await person("jane", {
    email: "jane@example.com",
    name: "Jane",
    "dev:custom:score": "7",
  });
  const names = async (token: string) =>
    (await call("GetUser", { AccessToken: token })).UserAttributes.map(({ Name }: { Name: string }) => Name);
  expect(await names(AccessToken)).toEqual(["sub", "email", "name"]);
  const narrow = await makeClient(pool, { ReadAttributes: ["name"] });
  const { AuthenticationResult } = await signIn(narrow.ClientId, "jane");
  expect(await call("GetUser", { AccessToken: AuthenticationResult.AccessToken })).toMatchObject({
    UserAttributes: [
      { Name: "sub", Value: sub },
      { Name: "name", Value: "Jane" },
    ],
  });
});

it("refuses what is no access token, and the token of a user who is gone or has signed out", async () => {
  const { pool, ClientId, person } = await open();
  const { AccessToken } = await person("jane");
  const { IdToken } = (await signIn(ClientId, "jane")).AuthenticationResult;
  for (const token of ["nonsense", IdToken, `${AccessToken.slice(0, -4)}AAAA`]) {
    await expect(call("GetUser", { AccessToken: token })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Invalid Access Token",
    });
  }
  await call("AdminUserGlobalSignOut", { UserPoolId: pool, Username: "jane" });
  await expect(call("GetUser", { AccessToken })).rejects.toMatchObject({ message: "Access Token has been revoked" });
  await call("AdminDeleteUser", { UserPoolId: pool, Username: "jane" });
  await expect(call("GetUser", { AccessToken })).rejects.toMatchObject({ name: "UserNotFoundException" });
});

it("takes one hop", async () => {
  const { person } = await open();
  const { AccessToken } = await person("jane");
  const [cost] = await costsOf(() => call("GetUser", { AccessToken }));
  expect(cost?.hops).toBe(1);
});
