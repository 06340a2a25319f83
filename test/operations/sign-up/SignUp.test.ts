import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { openCall } from "../../../src/call.ts";
import { secretHash } from "../../../src/mechanisms/callers/secret-hash.ts";
import { SignUp } from "../../../src/operations/sign-up/SignUp.ts";
import { call, codeSentTo, makeClient, makePool, ORIGIN, outbox, PASSWORD } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { interruptedAt } from "../../interrupted.ts";

const UUID = /^[0-9a-f-]{36}$/;
const ARN = "arn:aws:lambda:us-east-1:000000000000:function:f";
const VERIFIES_EMAIL = { AutoVerifiedAttributes: ["email"] };

const list = (attributes: Record<string, string>) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
const get = (UserPoolId: string, Username: string) => call("AdminGetUser", { UserPoolId, Username });
const attributesOf = async (UserPoolId: string, Username: string) =>
  Object.fromEntries(
    (await get(UserPoolId, Username)).UserAttributes.map(({ Name, Value }: { Name: string; Value: string }) => [
      Name,
      Value,
    ]),
  );
const usersOf = (poolId: string) =>
  env.DB.prepare("select count(*) as n, (select users from pools where id = ?1) as told from users where pool_id = ?1")
    .bind(poolId)
    .first<{ n: number; told: number }>();

/** A pool, a client of it, and how to sign up there. */
async function open(settings: object = {}, clientSettings: object = {}) {
  const pool = await makePool(settings);
  const client = await makeClient(pool, clientSettings);
  const signUp = (Username: string, attributes: Record<string, string> = {}, more: object = {}) =>
    call("SignUp", {
      ClientId: client.ClientId,
      Username,
      Password: PASSWORD,
      UserAttributes: list(attributes),
      ...more,
    });
  return { pool, client, signUp };
}

let plain: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  plain = await open(VERIFIES_EMAIL);
});

describe("who may sign up", () => {
  it("stores an unconfirmed user and sends a code to the address that the pool verifies", async () => {
    const answer = await plain.signUp("jane", { email: "jane@example.com", name: "Jane" });
    expect(answer).toEqual({
      UserConfirmed: false,
      UserSub: expect.stringMatching(UUID),
      CodeDeliveryDetails: { Destination: "j***@e***", DeliveryMedium: "EMAIL", AttributeName: "email" },
    });
    expect(await get(plain.pool, "jane")).toMatchObject({ Username: "jane", Enabled: true, UserStatus: "UNCONFIRMED" });
    expect(await attributesOf(plain.pool, "jane")).toEqual({
      sub: answer.UserSub,
      email: "jane@example.com",
      email_verified: "false",
      name: "Jane",
    });
    expect(await codeSentTo("jane@example.com")).toMatch(/^\d{6}$/);
  });

  it("refuses everybody where only administrators create users", async () => {
    const { signUp } = await open({ AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } });
    await expect(signUp("jane")).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "SignUp is not permitted for this user pool",
    });
  });

  it("refuses a client that there is not", async () => {
    await expect(call("SignUp", { ClientId: "nosuchclient", Username: "u", Password: PASSWORD })).rejects.toMatchObject(
      {
        name: "ResourceNotFoundException",
      },
    );
  });

  it("asks a confidential client for its secret hash", async () => {
    const { client, signUp } = await open({}, { GenerateSecret: true });
    await expect(signUp("jane")).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: `Client ${client.ClientId} is configured with secret but SECRET_HASH was not received`,
    });
    const hash = await secretHash(client.ClientSecret as string, "jane", client.ClientId);
    await expect(signUp("joe", {}, { SecretHash: hash })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: `Unable to verify secret hash for client ${client.ClientId}`,
    });
    await expect(signUp("jane", {}, { SecretHash: hash })).resolves.toMatchObject({ UserConfirmed: false });
  });
});

describe("names", () => {
  const exists = (message: string) => ({ name: "UsernameExistsException", message });

  it("refuses a name already taken, also where the client hides users", async () => {
    await plain.signUp("taken");
    await expect(plain.signUp("taken")).rejects.toMatchObject(exists("User already exists"));
    const hiding = await makeClient(plain.pool, { PreventUserExistenceErrors: "ENABLED" });
    await expect(
      call("SignUp", { ClientId: hiding.ClientId, Username: "taken", Password: PASSWORD }),
    ).rejects.toMatchObject(exists("User already exists"));
  });

  it("tells names apart by case unless the pool does not", async () => {
    await plain.signUp("Case");
    await expect(plain.signUp("case")).resolves.toBeDefined();
    const folded = await open({ UsernameConfiguration: { CaseSensitive: false } });
    await folded.signUp("Case");
    await expect(folded.signUp("cASE")).rejects.toMatchObject(exists("User already exists"));
    expect(await get(folded.pool, "CASE")).toMatchObject({ Username: "Case" });
  });

  it("refuses someone's sub as a username, as it would come between them", async () => {
    const { UserSub } = await plain.signUp("owner");
    await expect(plain.signUp(UserSub)).rejects.toMatchObject(exists("User already exists"));
  });

  it("lets one of 100 calls at once have a name, and counts one user", async () => {
    const { pool, signUp } = await open(VERIFIES_EMAIL);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, at) => signUp("racer", { email: `racer${at}@example.com` })),
    );
    const won = outcomes.flatMap((each, at) => (each.status === "fulfilled" ? [at] : []));
    expect(won).toHaveLength(1);
    for (const each of outcomes) {
      if (each.status === "rejected") expect(each.reason).toMatchObject(exists("User already exists"));
    }
    expect(await usersOf(pool)).toEqual({ n: 1, told: 1 });
    expect((await attributesOf(pool, "racer")).email).toBe(`racer${won[0]}@example.com`);
    const { results } = await env.DB.prepare("select value from codes where pool_id = ?").bind(pool).all();
    expect(results).toEqual([{ value: `racer${won[0]}@example.com` }]);
  }, 120_000);

  it("makes e-mail or phone the name where the pool signs in by them", async () => {
    const { pool, signUp } = await open({ UsernameAttributes: ["email", "phone_number"], ...VERIFIES_EMAIL });
    const { UserSub } = await signUp("mia@example.com", { phone_number: "+12065550101" });
    expect(await get(pool, "mia@example.com")).toMatchObject({ Username: UserSub });
    expect(await get(pool, "+12065550101")).toMatchObject({ Username: UserSub });
    await expect(signUp("mia@example.com")).rejects.toMatchObject(
      exists("An account with the given email already exists."),
    );
    await expect(signUp("+12065550101")).rejects.toMatchObject(
      exists("An account with the given phone_number already exists."),
    );
    await expect(signUp("mo@example.com", { phone_number: "+12065550101" })).rejects.toMatchObject(
      exists("An account with the given phone_number already exists."),
    );
    await expect(signUp("mia")).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Username should be either an email or a phone number.",
    });
  });

  it("lets several sign up with one e-mail address where it is only an alias", async () => {
    const { signUp } = await open({ AliasAttributes: ["email"], ...VERIFIES_EMAIL });
    await signUp("one", { email: "shared@example.com" });
    await expect(signUp("two", { email: "shared@example.com" })).resolves.toBeDefined();
    await expect(signUp("x@example.com")).rejects.toMatchObject({
      message: "Username cannot be of email format, since user pool is configured for email alias.",
    });
  });

  it("keeps preferred_username from those who are not confirmed where it is an alias", async () => {
    const { signUp } = await open({ AliasAttributes: ["preferred_username"] });
    await expect(signUp("one", { preferred_username: "admin" })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    await expect(plain.signUp("preferring", { preferred_username: "admin" })).resolves.toBeDefined();
  });

  it("takes names that are hostile to SQL and to objects as what they are", async () => {
    for (const name of ["__proto__", "constructor", `x'--`, `"`, "%", "ünïcode✓", "?abc"]) {
      await plain.signUp(name);
      expect((await get(plain.pool, name)).Username).toBe(name);
    }
  });
});

describe("passwords", () => {
  it("holds the password to the pool's policy", async () => {
    const weak = { Password: "alllower-1" };
    await expect(plain.signUp("weak", {}, weak)).rejects.toMatchObject({
      name: "InvalidPasswordException",
      message: "Password did not conform with policy: Password must have uppercase characters",
    });
  });

  it("does without a password only where the pool lets people in by a code to an address they gave", async () => {
    const without = { Password: undefined };
    await expect(plain.signUp("free", { email: "free@example.com" }, without)).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    const { pool, signUp } = await open({
      ...VERIFIES_EMAIL,
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] } },
    });
    await expect(signUp("phone", { phone_number: "+12065550100" }, without)).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    await signUp("free", { email: "free@example.com" }, without);
    const stored = await env.DB.prepare("select credentials from users where pool_id = ?").bind(pool).all();
    expect(stored.results).toEqual([{ credentials: null }]);
  });

  it("keeps no password in the database", async () => {
    await plain.signUp("secretive", {}, { Password: "Very-Secret-Pass1" });
    const rows = await env.DB.prepare("select * from users where username = 'secretive'").all();
    expect(JSON.stringify(rows.results)).not.toContain("Very-Secret-Pass1");
  });
});

describe("attributes", () => {
  it("refuses what the schema does not know, what is malformed, and what is missing", async () => {
    const { signUp } = await open({ Schema: [{ Name: "email", AttributeDataType: "String", Required: true }] });
    const email = "jane@example.com";
    await expect(signUp("a", { email, "custom:x": "1" })).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Attributes did not conform to the schema: custom:x: Attribute does not exist in the schema.\n",
    });
    await expect(signUp("a", { email: "nonsense" })).rejects.toMatchObject({
      message: "Invalid email address format.",
    });
    await expect(signUp("a")).rejects.toMatchObject({
      message: "Attributes did not conform to the schema: email: The attribute is required\n",
    });
    await expect(signUp("a", { email: "" })).rejects.toMatchObject({
      message: "Attributes did not conform to the schema: email: The attribute is required\n",
    });
  });

  it("refuses what the client may not write, proofs of an address above all", async () => {
    const { signUp } = await open({}, { WriteAttributes: ["name"] });
    const unauthorized = {
      name: "NotAuthorizedException",
      message: "A client attempted to write unauthorized attribute",
    };
    await expect(signUp("a", { email: "a@example.com" })).rejects.toMatchObject(unauthorized);
    await expect(plain.signUp("a", { email: "a@example.com", email_verified: "true" })).rejects.toMatchObject(
      unauthorized,
    );
    await expect(signUp("a", { name: "A" })).resolves.toBeDefined();
  });
});

describe("the code", () => {
  it("goes to the phone where the pool verifies both", async () => {
    const { signUp } = await open({ AutoVerifiedAttributes: ["email", "phone_number"] });
    const both = await signUp("both", { email: "both@example.com", phone_number: "+12065559934" });
    expect(both.CodeDeliveryDetails).toEqual({
      Destination: "+*******9934",
      DeliveryMedium: "SMS",
      AttributeName: "phone_number",
    });
    expect(await outbox("both@example.com")).toEqual([]);
    expect((await signUp("mail", { email: "mail@example.com" })).CodeDeliveryDetails.AttributeName).toBe("email");
  });

  it("is not sent where the pool verifies nothing or the address is missing", async () => {
    const { signUp } = await open();
    expect(await signUp("a", { email: "nocode@example.com" })).not.toHaveProperty("CodeDeliveryDetails");
    expect(await plain.signUp("nomail")).not.toHaveProperty("CodeDeliveryDetails");
    expect(await outbox("nocode@example.com")).toEqual([]);
  });

  it("is kept as a keyed hash only", async () => {
    await plain.signUp("hashed", { email: "hashed@example.com" });
    const code = await codeSentTo("hashed@example.com");
    const { results } = await env.DB.prepare("select * from codes where value = 'hashed@example.com'").all();
    expect(results).toHaveLength(1);
    expect(JSON.stringify(results).replace(/"expires_at":\d+/, "")).not.toContain(code);
  });
});

describe("triggers and failures", () => {
  it("stores nobody when the pre-sign-up trigger cannot be asked", async () => {
    const { pool, signUp } = await open({ LambdaConfig: { PreSignUp: ARN } });
    await expect(signUp("jane")).rejects.toMatchObject({
      name: "UnexpectedLambdaException",
      message: "PreSignUp invocation failed due to configuration.",
    });
    expect(await usersOf(pool)).toEqual({ n: 0, told: 0 });
  });

  it("keeps user and code when the message cannot leave, so that another can be asked for", async () => {
    const { pool, signUp } = await open({ ...VERIFIES_EMAIL, LambdaConfig: { CustomMessage: ARN } });
    await expect(signUp("jane", { email: "late@example.com" })).rejects.toMatchObject({
      name: "UnexpectedLambdaException",
    });
    expect(await usersOf(pool)).toEqual({ n: 1, told: 1 });
    const { results } = await env.DB.prepare("select kind, value from codes where pool_id = ?").bind(pool).all();
    expect(results).toEqual([{ kind: "sign-up", value: "late@example.com" }]);
  });

  it("says that a message could not be delivered, while the user exists", async () => {
    const { pool, client } = await open(VERIFIES_EMAIL);
    const opened = await openCall(new Request(ORIGIN), env, { waitUntil: () => undefined });
    const deployed = { ...opened, settings: { ...opened.settings, development: false } };
    const UserAttributes = list({ email: "unreachable@example.com" });
    const input = { ClientId: client.ClientId, Username: "jane", Password: PASSWORD, UserAttributes };
    await expect(SignUp.run(deployed, input as never)).rejects.toMatchObject({ name: "CodeDeliveryFailureException" });
    expect(await usersOf(pool)).toEqual({ n: 1, told: 1 });
  });

  it("leaves nothing half done wherever the database fails, and works when tried again", async () => {
    const { pool, client, signUp } = await open(VERIFIES_EMAIL);
    const email = "broken@example.com";
    await signUp("warm");
    for (const n of [1, 2]) {
      const { result } = await interruptedAt(n, () => signUp("broken", { email }).catch((fault) => fault));
      expect(result).toMatchObject({ name: "InternalErrorException", message: "Internal server error", status: 500 });
      expect(await usersOf(pool)).toEqual({ n: 1, told: 1 });
    }
    // The third trip is the outbox: user and code are stored by then.
    const { result } = await interruptedAt(3, () => signUp("broken", { email }).catch((fault) => fault));
    expect(result).toMatchObject({ name: "InternalErrorException", status: 500 });
    expect(await usersOf(pool)).toEqual({ n: 2, told: 2 });
    await call("ResendConfirmationCode", { ClientId: client.ClientId, Username: "broken" });
    const ConfirmationCode = await codeSentTo(email);
    await call("ConfirmSignUp", { ClientId: client.ClientId, Username: "broken", ConfirmationCode });
    expect(await get(pool, "broken")).toMatchObject({ UserStatus: "CONFIRMED" });
  });

  it("takes two hops, and one for the outbox", async () => {
    await plain.signUp("warm-up");
    const [cost] = await costsOf(() => plain.signUp("measured", { email: "measured@example.com" }));
    expect(cost?.hops).toBe(3);
    const [without] = await costsOf(() => plain.signUp("measured-too"));
    expect(without?.hops).toBe(2);
  });
});
