import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { call, makeClient, makePool } from "../../client.ts";

let UserPoolId: string;
let ClientId: string;
let first: string;
beforeAll(async () => {
  UserPoolId = await makePool();
});
beforeEach(async () => {
  const client = await makeClient(UserPoolId, { GenerateSecret: true });
  ClientId = client.ClientId;
  first = client.ClientSecret ?? "";
});

const add = async (more: object = {}) =>
  (await call("AddUserPoolClientSecret", { UserPoolId, ClientId, ...more })).ClientSecretDescriptor;
const list = async (): Promise<{ ClientSecretId: string }[]> =>
  (await call("ListUserPoolClientSecrets", { UserPoolId, ClientId })).ClientSecrets;
const remove = (ClientSecretId: string) => call("DeleteUserPoolClientSecret", { UserPoolId, ClientId, ClientSecretId });
const shown = async () => (await call("DescribeUserPoolClient", { UserPoolId, ClientId })).UserPoolClient.ClientSecret;

/** Whether the secret is accepted: RevokeToken checks it before it looks at the token. */
async function works(ClientSecret: string): Promise<boolean> {
  const error = await call("RevokeToken", { ClientId, ClientSecret, Token: "x" }).catch((reason) => reason);
  return error?.name !== "NotAuthorizedException" && error?.name !== "UnauthorizedException";
}

describe("a second secret", () => {
  it("is generated and shown once", async () => {
    const added = await add();
    expect(added).toEqual({
      ClientSecretId: expect.stringMatching(new RegExp(`^${ClientId}--\\d+$`)),
      ClientSecretValue: expect.stringMatching(/^[a-z0-9]{51}$/),
      ClientSecretCreateDate: expect.any(Number),
    });
    const listed = await list();
    expect(listed).toHaveLength(2);
    for (const descriptor of listed) {
      expect(Object.keys(descriptor).sort()).toEqual(["ClientSecretCreateDate", "ClientSecretId"]);
    }
    expect(listed[1]?.ClientSecretId).toBe(added.ClientSecretId);
    expect(await Promise.all([first, added.ClientSecretValue, "wrong".repeat(6)].map(works))).toEqual([
      true,
      true,
      false,
    ]);
    expect(await shown()).toBe(first);
  });

  it("of one's own is not repeated, and not kept in clear", async () => {
    const ClientSecret = "one_of_my_own_and_long_enough";
    expect(Object.keys(await add({ ClientSecret })).sort()).toEqual(["ClientSecretCreateDate", "ClientSecretId"]);
    expect(await works(ClientSecret)).toBe(true);
    const { results } = await env.DB.prepare("select * from clients where id = ?").bind(ClientId).all();
    expect(JSON.stringify(results)).not.toContain(ClientSecret);
  });

  it("is the last: a third is refused, also when several are added at once", async () => {
    const results = await Promise.allSettled([add(), add(), add()]);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await list()).toHaveLength(2);
    await expect(add()).rejects.toMatchObject({
      name: "LimitExceededException",
      message: "Client secrets cannot exceed limit of 2 secrets.",
    });
  });

  it("is refused to a public client", async () => {
    ({ ClientId } = await makeClient(UserPoolId));
    await expect(add()).rejects.toMatchObject({ name: "InvalidParameterException" });
    expect(await list()).toEqual([]);
  });
});

describe("deleting a secret", () => {
  it("leaves the other one to work and be shown", async () => {
    const { ClientSecretValue: second } = await add();
    const [oldest] = await list();
    expect(await remove(oldest?.ClientSecretId ?? "")).toEqual({});
    expect(await Promise.all([first, second].map(works))).toEqual([false, true]);
    expect(await shown()).toBe(second);
  });

  it("refuses the last one, also when both are deleted at once", async () => {
    await add();
    const results = await Promise.allSettled((await list()).map(({ ClientSecretId }) => remove(ClientSecretId)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const [last, ...others] = await list();
    expect(others).toEqual([]);
    await expect(remove(last?.ClientSecretId ?? "")).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("refuses one that the client does not have", async () => {
    await expect(remove(`${ClientId}--1`)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});

it("has no second page of secrets", async () => {
  await expect(call("ListUserPoolClientSecrets", { UserPoolId, ClientId, NextToken: "x" })).rejects.toMatchObject({
    name: "InvalidParameterException",
  });
});
