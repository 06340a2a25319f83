import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, outbox, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";

const TEMPORARY = "Temp0rary-1!";
const OTP = { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP", "SMS_OTP"] } } };
const ARN = "arn:aws:lambda:us-east-1:000000000000:function:f";

const list = (attributes: Record<string, string>) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
const map = (attributes: { Name: string; Value: string }[]) =>
  Object.fromEntries(attributes.map(({ Name, Value }) => [Name, Value]));
const create = (UserPoolId: string, Username: string, attributes: Record<string, string> = {}, more: object = {}) =>
  call("AdminCreateUser", { UserPoolId, Username, UserAttributes: list(attributes), ...more });
const silent = { MessageAction: "SUPPRESS" };
const get = (UserPoolId: string, Username: string) => call("AdminGetUser", { UserPoolId, Username });
const usersOf = (poolId: string) =>
  env.DB.prepare("select count(*) as n, (select users from pools where id = ?1) as told from users where pool_id = ?1")
    .bind(poolId)
    .first<{ n: number; told: number }>();
const passwordSentTo = async (to: string) =>
  (await outbox(to)).at(-1)?.body.match(/password is (\S+)\. /)?.[1] as string;

let pool: string;
let client: { ClientId: string };
beforeAll(async () => {
  pool = await makePool();
  client = await makeClient(pool);
});

describe("AdminCreateUser", () => {
  it("answers with the user that it stored", async () => {
    const { User } = await create(pool, "jane", { email: "jane@example.com", email_verified: "True" }, silent);
    expect(User).toMatchObject({ Username: "jane", Enabled: true, UserStatus: "FORCE_CHANGE_PASSWORD" });
    expect(User.UserCreateDate).toBe(User.UserLastModifiedDate);
    const { sub, ...rest } = map(User.Attributes);
    expect(rest).toEqual({ email: "jane@example.com", email_verified: "true" });
    const { UserAttributes, ...stored } = await get(pool, sub as string);
    const { Attributes, ...shown } = User;
    expect(stored).toEqual(shown);
    expect(UserAttributes).toEqual(Attributes);
  });

  it("lets required attributes be missing, and refuses those that the schema does not know", async () => {
    const strict = await makePool({ Schema: [{ Name: "family_name", Required: true, AttributeDataType: "String" }] });
    await create(strict, "jane", {}, silent);
    await expect(create(strict, "joe", { "custom:x": "1" }, silent)).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    expect(await usersOf(strict)).toEqual({ n: 1, told: 1 });
  });

  it("refuses an address said to be verified that is not there", async () => {
    await expect(create(pool, "hollow", { email_verified: "true" }, silent)).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });

  it("refuses a name already taken", async () => {
    await create(pool, "twice", {}, silent);
    await expect(create(pool, "twice", {}, silent)).rejects.toMatchObject({
      name: "UsernameExistsException",
      message: "User account already exists",
    });
    await create(pool, "TWICE", {}, silent);
  });

  it("refuses a name that differs by case alone where case does not count", async () => {
    const caseless = await makePool({ UsernameConfiguration: { CaseSensitive: false } });
    await create(caseless, "Ünder", {}, silent);
    await expect(create(caseless, "üNDER", {}, silent)).rejects.toMatchObject({ name: "UsernameExistsException" });
    expect((await get(caseless, "ÜNDER")).Username).toBe("Ünder");
  });

  it("refuses a name whose letters have one character in lower case and two in upper case, where case does not count", async () => {
    const UserPoolId = await makePool({ UsernameConfiguration: { CaseSensitive: false } });
    await call("AdminCreateUser", { UserPoolId, Username: "\u01f0ane", MessageAction: "SUPPRESS" });
    await expect(
      call("AdminCreateUser", { UserPoolId, Username: "J\u030cANE", MessageAction: "SUPPRESS" }),
    ).rejects.toMatchObject({ name: "UsernameExistsException" });
  });

  it("gives a name to one of a hundred calls that race for it", async () => {
    const racing = await makePool(OTP);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) => create(racing, "racer", { email: `r${i}@example.com` }, silent)),
    );
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const faults = outcomes.filter((each) => each.status === "rejected").map(({ reason }) => reason.name);
    expect(new Set(faults)).toEqual(new Set(["UsernameExistsException"]));
    expect(await usersOf(racing)).toEqual({ n: 1, told: 1 });
  });

  it("refuses a pool that is not there", async () => {
    await expect(create("us-east-1_nowhere12", "jane")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });
});

describe("the temporary password", () => {
  it("as given leads to a new password", async () => {
    await create(pool, "given", {}, { ...silent, TemporaryPassword: TEMPORARY });
    expect(await signIn(client.ClientId, "given", TEMPORARY)).toMatchObject({ ChallengeName: "NEW_PASSWORD_REQUIRED" });
  });

  it("must meet the policy; if not, there is no user", async () => {
    await expect(create(pool, "weak", {}, { ...silent, TemporaryPassword: "alllowercase1!" })).rejects.toMatchObject({
      name: "InvalidPasswordException",
      message: "Password did not conform with policy: Password must have uppercase characters",
    });
    await expect(get(pool, "weak")).rejects.toMatchObject({ name: "UserNotFoundException" });
  });

  it("is made up where none is given, and works", async () => {
    await create(pool, "drawn", { email: "drawn@example.com" });
    const password = await passwordSentTo("drawn@example.com");
    expect(await signIn(client.ClientId, "drawn", password)).toMatchObject({ ChallengeName: "NEW_PASSWORD_REQUIRED" });
  });

  it("stops working after the days that the pool sets", async () => {
    await create(pool, "late", {}, { ...silent, TemporaryPassword: TEMPORARY });
    const { credentials } = (await env.DB.prepare(
      "select credentials from users where username = 'late'",
    ).first()) as any;
    const days = (JSON.parse(credentials).expiresAt - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThanOrEqual(7);
    await env.DB.prepare(
      "update users set credentials = json_set(credentials, '$.expiresAt', ?) where username = 'late'",
    )
      .bind(Date.now() - 1)
      .run();
    await expect(signIn(client.ClientId, "late", TEMPORARY)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Temporary password has expired and must be reset by an administrator.",
    });
  });
});

describe("the invitation", () => {
  it("goes to the phone unless told otherwise, by e-mail where there is only that, and nowhere without either", async () => {
    await create(pool, "both", { email: "both@example.com", phone_number: "+12065550001" });
    expect(await outbox("+12065550001")).toHaveLength(1);
    expect(await outbox("both@example.com")).toHaveLength(0);
    await create(pool, "mail", { email: "mail@example.com" });
    const [message] = await outbox("mail@example.com");
    expect(message).toMatchObject({ channel: "email", subject: "Your temporary password" });
    expect(message?.body).toContain("Your username is mail ");
    await expect(create(pool, "neither")).resolves.toBeDefined();
  });

  it("goes to every medium wished for, and without an address for one of them there is no user", async () => {
    const DesiredDeliveryMediums = ["EMAIL", "SMS", "EMAIL"];
    await create(
      pool,
      "wished",
      { email: "wished@example.com", phone_number: "+12065550002" },
      { DesiredDeliveryMediums },
    );
    expect(await outbox("wished@example.com")).toHaveLength(1);
    expect(await outbox("+12065550002")).toHaveLength(1);
    await expect(create(pool, "half", { email: "half@example.com" }, { DesiredDeliveryMediums })).rejects.toMatchObject(
      { name: "InvalidParameterException" },
    );
    await expect(get(pool, "half")).rejects.toMatchObject({ name: "UserNotFoundException" });
    expect(await outbox("half@example.com")).toHaveLength(0);
  });

  it("is not sent when suppressed, whatever the wish", async () => {
    await create(pool, "quiet", {}, { ...silent, DesiredDeliveryMediums: ["EMAIL"] });
    await create(pool, "quiet2", { email: "quiet@example.com" }, silent);
    expect(await outbox("quiet@example.com")).toHaveLength(0);
  });

  it("has the words of the pool, and names what people sign in with; words without place for the password stay unsent", async () => {
    const worded = await makePool({
      UsernameAttributes: ["email"],
      AdminCreateUserConfig: {
        InviteMessageTemplate: {
          EmailSubject: "Hi",
          EmailMessage: "{username}: {####}",
          SMSMessage: "Welcome {username}",
        },
      },
    });
    await create(worded, "words@example.com", {}, { TemporaryPassword: TEMPORARY });
    const mails = await outbox("words@example.com");
    expect(mails).toMatchObject([{ subject: "Hi", body: `words@example.com: ${TEMPORARY}` }]);
    await create(worded, "w2@example.com", { phone_number: "+12065550003" }, { DesiredDeliveryMediums: ["SMS"] });
    expect(await outbox("+12065550003")).toHaveLength(0);
  });

  it("and all of the creation take two hops, and leave no password in the log", async () => {
    const [cost, ...others] = await costsOf(() =>
      create(pool, "counted", { email: "counted@example.com" }, { TemporaryPassword: TEMPORARY }),
    );
    expect(cost?.hops).toBe(2);
    expect(JSON.stringify([cost, ...others])).not.toContain(TEMPORARY);
  });
});

describe("RESEND", () => {
  const resend = (Username: string, more: object = {}, UserPoolId = pool) =>
    call("AdminCreateUser", { UserPoolId, Username, MessageAction: "RESEND", ...more });

  it("sends another password, which replaces the first and lives as long as a new one", async () => {
    await create(pool, "again", { email: "again@example.com" });
    const first = await passwordSentTo("again@example.com");
    await env.DB.prepare(
      "update users set credentials = json_set(credentials, '$.expiresAt', 1) where username = 'again'",
    ).run();
    const { User } = await resend("again");
    expect(User).toMatchObject({ Username: "again", UserStatus: "FORCE_CHANGE_PASSWORD" });
    const second = await passwordSentTo("again@example.com");
    expect(second).not.toBe(first);
    await expect(signIn(client.ClientId, "again", first)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    expect(await signIn(client.ClientId, "again", second)).toMatchObject({ ChallengeName: "NEW_PASSWORD_REQUIRED" });
    expect(await outbox("again@example.com")).toHaveLength(2);
  });

  it("takes a password and a medium, under the rules of a first invitation", async () => {
    await create(pool, "picky", { email: "picky@example.com" }, silent);
    await expect(resend("picky", { TemporaryPassword: "Short1!" })).rejects.toMatchObject({
      name: "InvalidPasswordException",
    });
    await expect(resend("picky", { DesiredDeliveryMediums: ["SMS"] })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    await resend("picky", { TemporaryPassword: TEMPORARY, DesiredDeliveryMediums: ["EMAIL"] });
    expect(await passwordSentTo("picky@example.com")).toBe(TEMPORARY);
  });

  it("refuses who is not there, and who has a password of their own", async () => {
    await expect(resend("nobody")).rejects.toMatchObject({ name: "UserNotFoundException" });
    await create(pool, "settled", { email: "settled@example.com" }, silent);
    await call("AdminSetUserPassword", { UserPoolId: pool, Username: "settled", Password: TEMPORARY, Permanent: true });
    await expect(resend("settled")).rejects.toMatchObject({
      name: "UnsupportedUserStateException",
      message: "Resend not possible. settled status is not FORCE_CHANGE_PASSWORD",
    });
    expect(await outbox("settled@example.com")).toHaveLength(0);
  });
});

describe("where an e-mail or phone stands for the username", () => {
  let named: string;
  beforeAll(async () => {
    named = await makePool({ UsernameAttributes: ["email", "phone_number"] });
  });

  it("the username is the sub, and what was given becomes the attribute", async () => {
    const { User } = await create(named, "ann@example.com", { email_verified: "true" }, silent);
    const { sub, ...rest } = map(User.Attributes);
    expect(User.Username).toBe(sub);
    expect(rest).toEqual({ email: "ann@example.com", email_verified: "true" });
    for (const name of ["ann@example.com", sub as string]) expect((await get(named, name)).Username).toBe(sub);
    expect(map((await create(named, "+12065550004", {}, silent)).User.Attributes)).toMatchObject({
      phone_number: "+12065550004",
    });
  });

  it("another name is refused, and so is one already in use, verified or not, even when calls race and force", async () => {
    await expect(create(named, "plain", {}, silent)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Username should be either an email or a phone number.",
    });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 4 }, () =>
        create(named, "bob@example.com", { email_verified: "true" }, { ...silent, ForceAliasCreation: true }),
      ),
    );
    const faults = outcomes.filter((each) => each.status === "rejected").map(({ reason }) => reason);
    expect(faults).toHaveLength(3);
    for (const fault of faults) {
      expect(fault).toMatchObject({
        name: "UsernameExistsException",
        message: "An account with the given email already exists.",
      });
    }
    expect(map((await get(named, "bob@example.com")).UserAttributes).email_verified).toBe("true");
  });
});

describe("aliases", () => {
  let aliased: string;
  beforeAll(async () => {
    aliased = await makePool({ AliasAttributes: ["email", "preferred_username"] });
  });
  const email = (value: string, verified: "true" | "false" = "true") => ({ email: value, email_verified: verified });

  it("may be shared while unverified, and belong to one user once verified", async () => {
    await create(aliased, "a1", email("a@example.com"), silent);
    await create(aliased, "a2", email("a@example.com", "false"), silent);
    await expect(create(aliased, "a3", email("a@example.com"), silent)).rejects.toMatchObject({
      name: "AliasExistsException",
      message: "An account with the email already exists.",
    });
    await expect(get(aliased, "a3")).rejects.toMatchObject({ name: "UserNotFoundException" });
    expect((await get(aliased, "a@example.com")).Username).toBe("a1");
  });

  it("move with ForceAliasCreation; the former holder keeps the value, unverified", async () => {
    await create(aliased, "m1", email("m@example.com"), silent);
    await create(aliased, "m2", email("m@example.com"), { ...silent, ForceAliasCreation: true });
    expect((await get(aliased, "m@example.com")).Username).toBe("m2");
    expect(map((await get(aliased, "m1")).UserAttributes)).toMatchObject(email("m@example.com", "false"));
    const found = await call("ListUsers", { UserPoolId: aliased, Filter: 'email_verified = "false"' });
    expect(found.Users.map(({ Username }: any) => Username)).toContain("m1");
  });

  it("other than e-mail and phone do not move, nor do usernames", async () => {
    await create(aliased, "p1", { preferred_username: "ace" }, silent);
    const force = { ...silent, ForceAliasCreation: true };
    await expect(create(aliased, "p2", { preferred_username: "ace" }, force)).rejects.toMatchObject({
      name: "AliasExistsException",
      message: "An account with the preferred_username already exists.",
    });
    await expect(create(aliased, "p1", {}, force)).rejects.toMatchObject({ name: "UsernameExistsException" });
    expect(map((await get(aliased, "ace")).UserAttributes)).toEqual({
      sub: expect.any(String),
      preferred_username: "ace",
    });
  });
});

describe("where people can sign in by a code", () => {
  it("a user without password is confirmed, and gets no invitation", async () => {
    const passwordless = await makePool(OTP);
    const { User } = await create(passwordless, "jo", { email: "jo@example.com" });
    expect(User.UserStatus).toBe("CONFIRMED");
    expect(await outbox("jo@example.com")).toHaveLength(0);
    const row = await env.DB.prepare("select credentials from users where pool_id = ?").bind(passwordless).first();
    expect(row).toEqual({ credentials: null });
    const { User: other } = await create(passwordless, "al", {}, { ...silent, TemporaryPassword: TEMPORARY });
    expect(other.UserStatus).toBe("FORCE_CHANGE_PASSWORD");
  });

  it("a user without password needs an address for the code and all that is required", async () => {
    const mailOnly = await makePool({
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] } },
      Schema: [{ Name: "name", Required: true, AttributeDataType: "String" }],
    });
    const wrong = { name: "InvalidParameterException" };
    await expect(create(mailOnly, "x", { name: "X", phone_number: "+12065550005" })).rejects.toMatchObject(wrong);
    await expect(create(mailOnly, "x", { email: "x@example.com" })).rejects.toMatchObject(wrong);
    expect(await usersOf(mailOnly)).toEqual({ n: 0, told: 0 });
    await create(mailOnly, "x", { name: "X", email: "x@example.com" });
  });
});

describe("triggers", () => {
  it("a pre sign-up trigger that cannot be asked leaves no user and no message", async () => {
    const guarded = await makePool({ LambdaConfig: { PreSignUp: ARN } });
    await expect(create(guarded, "jane", { email: "guarded@example.com" })).rejects.toMatchObject({
      name: "UnexpectedLambdaException",
    });
    expect(await usersOf(guarded)).toEqual({ n: 0, told: 0 });
    expect(await outbox("guarded@example.com")).toHaveLength(0);
  });

  it("a message trigger that cannot be asked leaves a whole user, who is yet to be invited", async () => {
    const wordless = await makePool({ LambdaConfig: { CustomMessage: ARN } });
    const client = await makeClient(wordless);
    await expect(
      create(wordless, "jane", { email: "wordless@example.com" }, { TemporaryPassword: TEMPORARY }),
    ).rejects.toMatchObject({ name: "UnexpectedLambdaException" });
    expect(await outbox("wordless@example.com")).toHaveLength(0);
    expect(await usersOf(wordless)).toEqual({ n: 1, told: 1 });
    expect(await signIn(client.ClientId, "jane", TEMPORARY)).toMatchObject({ ChallengeName: "NEW_PASSWORD_REQUIRED" });
    await create(wordless, "joe", { email: "wordless@example.com" }, silent);
  });
});
