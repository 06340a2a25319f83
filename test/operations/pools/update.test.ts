import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, PASSWORD, signIn } from "../../client.ts";
import { MAXIMAL, MAXIMAL_SCHEMA } from "./maximal-pool.ts";

const describePool = async (UserPoolId: string) => (await call("DescribeUserPool", { UserPoolId })).UserPool;

describe("UpdateUserPool", () => {
  it("resets what is left out, but for the name, how users are named, the schema, and what Cognito does not know", async () => {
    const UserPoolId = await makePool({ ...MAXIMAL, Schema: MAXIMAL_SCHEMA });
    const before = await describePool(UserPoolId);
    expect(await call("UpdateUserPool", { UserPoolId })).toEqual({});
    const { UserPool: fresh } = await call("CreateUserPool", { PoolName: "fresh" });
    const { Id, Name, Arn, CreationDate, SchemaAttributes, AliasAttributes, UsernameConfiguration } = before;
    const { OAuthConfiguration } = before;
    const named = { Id, Name, Arn, CreationDate, SchemaAttributes, AliasAttributes, UsernameConfiguration };
    const kept = { ...named, OAuthConfiguration };
    expect(await describePool(UserPoolId)).toEqual({ ...fresh, ...kept, LastModifiedDate: expect.any(Number) });
  });

  it("renames the pool and replaces its tags", async () => {
    const UserPoolId = await makePool({ UserPoolTags: { a: "1", b: "2" } });
    await call("UpdateUserPool", { UserPoolId, PoolName: "renamed", UserPoolTags: { c: "3" } });
    expect(await describePool(UserPoolId)).toMatchObject({ Name: "renamed", UserPoolTags: { c: "3" } });
    await call("UpdateUserPool", { UserPoolId });
    expect(await describePool(UserPoolId)).not.toHaveProperty("UserPoolTags");
  });

  it("takes effect at once", async () => {
    const UserPoolId = await makePool();
    const { ClientId } = await makeClient(UserPoolId);
    await signUp(ClientId, "before");
    await call("UpdateUserPool", { UserPoolId, AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } });
    await expect(signUp(ClientId, "after")).rejects.toMatchObject({ name: "NotAuthorizedException" });
  });

  it("keeps the factors that SetUserPoolMfaConfig made, which count as a way to MFA", async () => {
    const UserPoolId = await makePool();
    const factors = {
      SoftwareTokenMfaConfiguration: { Enabled: true },
      EmailMfaConfiguration: { Message: "Enter {####}", Subject: "Enter" },
      WebAuthnConfiguration: { RelyingPartyId: "example.com", UserVerification: "required" },
    };
    const config = () => call("GetUserPoolMfaConfig", { UserPoolId });
    await call("SetUserPoolMfaConfig", { UserPoolId, MfaConfiguration: "ON", ...factors });
    expect(await describePool(UserPoolId)).toMatchObject({ MfaConfiguration: "ON" });
    await call("UpdateUserPool", { UserPoolId, MfaConfiguration: "OPTIONAL" });
    expect(await describePool(UserPoolId)).toMatchObject({ MfaConfiguration: "OPTIONAL" });
    expect(await config()).toEqual({ MfaConfiguration: "OPTIONAL", ...factors });
    await call("UpdateUserPool", { UserPoolId });
    expect(await describePool(UserPoolId)).toMatchObject({ MfaConfiguration: "OFF" });
    expect(await config()).toEqual({ MfaConfiguration: "OFF", ...factors });
  });

  it("loses no write when two race: the loser is told", async () => {
    const UserPoolId = await makePool();
    const updates = Array.from({ length: 6 }, (_, n) => ({ PoolName: `name ${n}`, EmailVerificationSubject: `s${n}` }));
    const results = await Promise.allSettled(
      updates.map((update) => call("UpdateUserPool", { UserPoolId, ...update })),
    );
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason.name).toBe("ConcurrentModificationException");
    }
    expect(results.some(({ status }) => status === "fulfilled")).toBe(true);
    const { Name, EmailVerificationSubject } = await describePool(UserPoolId);
    const stands = updates.findIndex((update) => update.PoolName === Name);
    expect(results[stands]?.status).toBe("fulfilled");
    expect(EmailVerificationSubject).toBe(updates[stands]?.EmailVerificationSubject);
  });
});

const signUp = (ClientId: string, Username: string) => call("SignUp", { ClientId, Username, Password: PASSWORD });

describe("DeleteUserPool", () => {
  it("refuses while deletion protection is on", async () => {
    const UserPoolId = await makePool({ DeletionProtection: "ACTIVE" });
    await expect(call("DeleteUserPool", { UserPoolId })).rejects.toMatchObject({
      name: "InvalidParameterException",
      message:
        "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.",
    });
    await call("UpdateUserPool", { UserPoolId, DeletionProtection: "INACTIVE" });
    expect(await call("DeleteUserPool", { UserPoolId })).toBeUndefined();
    await expect(call("DeleteUserPool", { UserPoolId })).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("never deletes a pool whose protection was switched on in time", async () => {
    for (let round = 0; round < 5; round++) {
      const UserPoolId = await makePool();
      const [protect, remove] = await Promise.allSettled([
        call("UpdateUserPool", { UserPoolId, DeletionProtection: "ACTIVE" }),
        call("DeleteUserPool", { UserPoolId }),
      ]);
      const exists = await describePool(UserPoolId).then(
        () => true,
        () => false,
      );
      expect([protect.status, remove.status].filter((status) => status === "fulfilled")).toHaveLength(1);
      expect(exists).toBe(protect.status === "fulfilled");
    }
  });

  it("takes everything in the pool along, and nothing of another pool", async () => {
    const [gone, kept] = [await makePool(), await makePool()];
    const clients = await Promise.all([gone, kept].map((id) => makeClient(id)));
    for (const id of [gone, kept]) {
      await makeUser(id, "jane", { email: "jane@limen.test" });
      await call("CreateGroup", { UserPoolId: id, GroupName: "staff" });
      await call("AdminAddUserToGroup", { UserPoolId: id, GroupName: "staff", Username: "jane" });
    }
    await signIn(clients[0]?.ClientId ?? "", "jane");
    const rows = (id: string) =>
      Promise.all(
        ["clients", "users", "user_names", "user_attributes", "groups", "group_members", "sessions"].map(
          async (table) =>
            env.DB.prepare(`select count(*) as n from ${table} where pool_id = ?`).bind(id).first<number>("n"),
        ),
      );
    expect(await rows(gone)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    await call("DeleteUserPool", { UserPoolId: gone });
    expect(await rows(gone)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(await rows(kept)).toEqual([1, 1, 1, 1, 1, 1, 0]);
    await expect(signIn(clients[0]?.ClientId ?? "", "jane")).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await signIn(clients[1]?.ClientId ?? "", "jane");
  });
});
