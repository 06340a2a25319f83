import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { secretHash } from "../../../src/mechanisms/callers/secret-hash.ts";
import { call, makeClient, makePool, makeUser, outbox, PASSWORD } from "../../client.ts";
import { costsOf } from "../../cost.ts";

const NOBODY = { name: "UserNotFoundException", message: "Username/client id combination not found." };
const UNREACHABLE = {
  name: "InvalidParameterException",
  message: "Cannot reset password for the user as there is no registered/verified email or phone_number",
};
const STATE = { name: "NotAuthorizedException", message: "User password cannot be reset in the current state." };
const LIMIT = { name: "LimitExceededException", message: "Attempt limit exceeded, please try after some time." };
const proven = (email: string) => ({ email, email_verified: "true" });

async function open(settings: object = {}, clientSettings: object = {}) {
  const pool = await makePool(settings);
  const { ClientId, ClientSecret } = await makeClient(pool, clientSettings);
  const forget = async (Username: string, more: object = {}) =>
    (await call("ForgotPassword", { ClientId, Username, ...more })).CodeDeliveryDetails;
  return { pool, ClientId, ClientSecret, forget };
}

let plain: Awaited<ReturnType<typeof open>>;
let hiding: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  plain = await open();
  hiding = await open({}, { PreventUserExistenceErrors: "ENABLED" });
});

describe("where the code goes", () => {
  const recovery = (...names: string[]) => ({
    AccountRecoverySetting: { RecoveryMechanisms: names.map((Name, at) => ({ Name, Priority: at + 1 })) },
  });
  const both = { ...proven("both@example.com"), phone_number: "+12065559934", phone_number_verified: "true" };

  it("to a proven phone before a proven e-mail address where the pool says nothing", async () => {
    await makeUser(plain.pool, "both", both);
    expect(await plain.forget("both")).toEqual({
      Destination: "+*******9934",
      DeliveryMedium: "SMS",
      AttributeName: "phone_number",
    });
    await makeUser(plain.pool, "mail", proven("mail@example.com"));
    expect(await plain.forget("mail")).toEqual({
      Destination: "m***@e***",
      DeliveryMedium: "EMAIL",
      AttributeName: "email",
    });
  });

  it("to the first means of the pool that the user has proven, by priority", async () => {
    const settings = recovery("verified_email", "verified_phone_number");
    settings.AccountRecoverySetting.RecoveryMechanisms.reverse();
    const { pool, forget } = await open(settings);
    await makeUser(pool, "both", both);
    expect(await forget("both")).toMatchObject({ DeliveryMedium: "EMAIL" });
    await makeUser(pool, "half", { ...both, email_verified: "false" });
    expect(await forget("half")).toMatchObject({ DeliveryMedium: "SMS" });
  });

  it("past an address that second factors go to, where the pool says how accounts are recovered", async () => {
    const factors = {
      MfaConfiguration: "OPTIONAL",
      SmsMfaConfiguration: { SmsConfiguration: { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" } },
      EmailMfaConfiguration: {},
    };
    const people = async (settings: object) => {
      const { pool, forget } = await open(settings);
      await call("SetUserPoolMfaConfig", { UserPoolId: pool, ...factors });
      const prefer = (Username: string, ...names: string[]) =>
        call("AdminSetUserMFAPreference", {
          UserPoolId: pool,
          Username,
          ...Object.fromEntries(names.map((name) => [name, { Enabled: true }])),
        });
      for (const name of ["sms", "mail", "all"]) await makeUser(pool, name, both);
      await prefer("sms", "SMSMfaSettings");
      await prefer("mail", "EmailMfaSettings");
      await prefer("all", "SMSMfaSettings", "EmailMfaSettings");
      return { pool, forget };
    };
    const { pool, forget } = await people(recovery("verified_phone_number", "verified_email"));
    expect(await forget("sms")).toMatchObject({ DeliveryMedium: "EMAIL" });
    expect(await forget("mail")).toMatchObject({ DeliveryMedium: "SMS" });
    await expect(forget("all")).rejects.toMatchObject(UNREACHABLE);
    await expect(call("AdminResetUserPassword", { UserPoolId: pool, Username: "all" })).rejects.toMatchObject(
      UNREACHABLE,
    );
    // Choices of factors mean nothing while MFA is off.
    await call("SetUserPoolMfaConfig", { UserPoolId: pool, MfaConfiguration: "OFF" });
    expect(await forget("all")).toMatchObject({ DeliveryMedium: "SMS" });
    const silent = await people({});
    expect(await silent.forget("sms")).toMatchObject({ DeliveryMedium: "SMS" });
  });

  it("nowhere else than the pool allows, and not to what is not proven", async () => {
    const { pool, forget } = await open(recovery("verified_email"));
    await makeUser(pool, "phone", { phone_number: "+12065559934", phone_number_verified: "true" });
    await expect(forget("phone")).rejects.toMatchObject(UNREACHABLE);
    await makeUser(plain.pool, "unproven", { email: "unproven@example.com" });
    await expect(plain.forget("unproven")).rejects.toMatchObject(UNREACHABLE);
  });

  it("nowhere where only administrators reset passwords, whoever asks", async () => {
    const refused = { name: "NotAuthorizedException", message: "Contact administrator to reset password." };
    const { pool, forget } = await open(recovery("admin_only"), { PreventUserExistenceErrors: "ENABLED" });
    await makeUser(pool, "jane", proven("jane@example.com"));
    await expect(forget("jane")).rejects.toMatchObject(refused);
    await expect(forget("nobody")).rejects.toMatchObject(refused);
  });

  it("to whom an alias names", async () => {
    const { pool, forget } = await open({ AliasAttributes: ["email"] });
    await makeUser(pool, "jane", proven("aliased@example.com"));
    await forget("aliased@example.com");
    expect(await outbox("aliased@example.com")).toHaveLength(1);
  });
});

describe("who may ask", () => {
  it("not one whose password an administrator has set for the first sign-in", async () => {
    const UserAttributes = Object.entries(proven("new@example.com")).map(([Name, Value]) => ({ Name, Value }));
    const Username = "new";
    await call("AdminCreateUser", { UserPoolId: plain.pool, Username, UserAttributes, MessageAction: "SUPPRESS" });
    await expect(plain.forget("new")).rejects.toMatchObject(STATE);
  });

  it("not one who has not confirmed, having proven nothing", async () => {
    const UserAttributes = [{ Name: "email", Value: "unconfirmed@example.com" }];
    await call("SignUp", { ClientId: plain.ClientId, Username: "unconfirmed", Password: PASSWORD, UserAttributes });
    await expect(plain.forget("unconfirmed")).rejects.toMatchObject(UNREACHABLE);
  });

  it("not one who is disabled", async () => {
    await makeUser(plain.pool, "off", proven("off@example.com"));
    await call("AdminDisableUser", { UserPoolId: plain.pool, Username: "off" });
    await expect(plain.forget("off")).rejects.toMatchObject({ message: "User is disabled." });
  });

  it("nobody whom the pool does not know", async () => {
    await expect(plain.forget("nobody")).rejects.toMatchObject(NOBODY);
  });

  it("asks the migration trigger first", async () => {
    const UserMigration = "arn:aws:lambda:us-east-1:000000000000:function:f";
    const { forget } = await open({ LambdaConfig: { UserMigration } });
    await expect(forget("nobody")).rejects.toMatchObject({
      name: "UnexpectedLambdaException",
      message: "UserMigration invocation failed due to configuration.",
    });
  });

  it("only with the secret hash of a confidential client", async () => {
    const { pool, ClientId, ClientSecret, forget } = await open({}, { GenerateSecret: true });
    await makeUser(pool, "jane", proven("jane.secret@example.com"));
    await expect(forget("jane")).rejects.toMatchObject({ name: "NotAuthorizedException" });
    const SecretHash = await secretHash(ClientSecret as string, "jane", ClientId);
    await expect(forget("jane", { SecretHash })).resolves.toBeDefined();
  });

  it("five times an hour", async () => {
    await makeUser(plain.pool, "eager", proven("eager@example.com"));
    for (let at = 0; at < 5; at++) await plain.forget("eager");
    await expect(plain.forget("eager")).rejects.toMatchObject(LIMIT);
    expect(await outbox("eager@example.com")).toHaveLength(5);
  });
});

describe("where the client hides users", () => {
  it("answers everyone who cannot have a code as if it had been sent, by the form of the name", async () => {
    expect(await hiding.forget("ghost@mail.example")).toEqual({
      Destination: "g***@m***",
      DeliveryMedium: "EMAIL",
      AttributeName: "email",
    });
    expect(await hiding.forget("+12065550177")).toEqual({
      Destination: "+*******0177",
      DeliveryMedium: "SMS",
      AttributeName: "phone_number",
    });
    expect(await hiding.forget("ghost")).toEqual({
      Destination: expect.stringMatching(/^[a-z]\*\*\*@[a-z]\*\*\*$/),
      DeliveryMedium: "EMAIL",
      AttributeName: "email",
    });
    const { forget } = await open(
      { AutoVerifiedAttributes: ["phone_number"] },
      { PreventUserExistenceErrors: "ENABLED" },
    );
    expect(await forget("ghost")).toMatchObject({
      Destination: expect.stringMatching(/^\+\*{7}\d{4}$/),
      DeliveryMedium: "SMS",
    });
  });

  it("answers the same each time, and for disabled users and those without a proven address, too", async () => {
    const first = await hiding.forget("spirit");
    expect(await hiding.forget("spirit")).toEqual(first);
    await makeUser(hiding.pool, "bare");
    const bare = await hiding.forget("bare");
    expect(bare).toMatchObject({ DeliveryMedium: "EMAIL" });
    await makeUser(hiding.pool, "off", proven("off.hidden@example.com"));
    await call("AdminDisableUser", { UserPoolId: hiding.pool, Username: "off" });
    await expect(hiding.forget("off")).resolves.toMatchObject({ DeliveryMedium: "EMAIL" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await outbox("off.hidden@example.com")).toEqual([]);
  });

  it("sends the real code after the answer", async () => {
    await makeUser(hiding.pool, "real", proven("real.hidden@example.com"));
    expect(await hiding.forget("real")).toMatchObject({ Destination: "r***@e***" });
    await expect.poll(() => outbox("real.hidden@example.com")).toHaveLength(1);
  });

  it("tells nobody that a message could not be sent", async () => {
    const CustomMessage = "arn:aws:lambda:us-east-1:000000000000:function:f";
    const { pool, forget } = await open({ LambdaConfig: { CustomMessage } }, { PreventUserExistenceErrors: "ENABLED" });
    await makeUser(pool, "jane", proven("jane@example.com"));
    await expect(forget("jane")).resolves.toMatchObject({ DeliveryMedium: "EMAIL" });
    const open_ = await open({ LambdaConfig: { CustomMessage } });
    await makeUser(open_.pool, "jane", proven("jane@example.com"));
    await expect(open_.forget("jane")).rejects.toMatchObject({ name: "UnexpectedLambdaException" });
  });

  it("limits unknown names like any other, whatever their case where the pool has no regard to it", async () => {
    const { forget } = await open(
      { UsernameConfiguration: { CaseSensitive: false } },
      { PreventUserExistenceErrors: "ENABLED" },
    );
    for (const name of ["wraith", "WRAITH", "Wraith", "wRaith", "wraith"]) await forget(name);
    await expect(forget("WraitH")).rejects.toMatchObject(LIMIT);
  });

  it("costs the same for a name that nobody has: hops, rows read and rows written", async () => {
    await makeUser(hiding.pool, "measured", proven("measured.hidden@example.com"));
    await hiding.forget("warm-up");
    const costs = await costsOf(async () => {
      await hiding.forget("measured");
      await hiding.forget("unmeasured");
    });
    expect(costs.map(({ hops }) => hops)).toEqual([2, 2]);
    expect(costs[0]?.rowsWritten).toBe(costs[1]?.rowsWritten);
    await expect.poll(() => outbox("measured.hidden@example.com")).toHaveLength(1);
    const { results } = await env.DB.prepare("select distinct length(hash) as n from codes where pool_id = ?")
      .bind(hiding.pool)
      .all();
    expect(results).toHaveLength(1);
  });
});
