import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, outbox, PASSWORD, signIn } from "../../client.ts";
import { brokenInvariants } from "../../invariants.ts";
import { type ExampleFunction, newFunction } from "../../triggers/functions.ts";

let fn: ExampleFunction;
let UserPoolId: string;
let ClientId: string;
beforeAll(async () => {
  fn = newFunction();
  UserPoolId = await makePool({
    AliasAttributes: ["email", "phone_number"],
    AutoVerifiedAttributes: ["email"],
    LambdaConfig: { PreSignUp: fn.arn, PostConfirmation: fn.arn },
  });
  ({ ClientId } = await makeClient(UserPoolId));
});

const attributes = (given: Record<string, string>) => Object.entries(given).map(([Name, Value]) => ({ Name, Value }));
const signUp = (Username: string, given: Record<string, string>) =>
  call("SignUp", { ClientId, Username, Password: PASSWORD, UserAttributes: attributes(given) });
const found = async (Username: string) => {
  const { UserAttributes, UserStatus } = await call("AdminGetUser", { UserPoolId, Username });
  return { UserStatus, ...Object.fromEntries(UserAttributes.map(({ Name, Value }: any) => [Name, Value])) };
};

describe("[Amazon Cognito: pre sign-up Lambda trigger]", () => {
  it("autoConfirmUser lets in whoever signs up, without a code, and post confirmation follows", async () => {
    await fn.script({ PreSignUp: { response: { autoConfirmUser: true } }, "*": {} });
    const before = (await fn.events()).length;
    const answer = await signUp("confirmed", { email: "confirmed@example.com" });
    expect(answer).toEqual({ UserConfirmed: true, UserSub: expect.any(String), Session: answer.Session });
    expect(await found("confirmed")).toMatchObject({ UserStatus: "CONFIRMED", email_verified: "false" });
    expect(await outbox("confirmed@example.com")).toEqual([]);
    const events = (await fn.events()).slice(before);
    expect(events.map(({ triggerSource }) => triggerSource)).toEqual([
      "PreSignUp_SignUp",
      "PostConfirmation_ConfirmSignUp",
    ]);
    expect(events[1]?.request.userAttributes).toMatchObject({ "cognito:user_status": "CONFIRMED" });
    expect(await signIn(ClientId, "confirmed")).toHaveProperty("AuthenticationResult");
  });

  it("autoVerifyEmail and autoVerifyPhone verify, and make an alias of it", async () => {
    const response = { autoConfirmUser: true, autoVerifyEmail: true, autoVerifyPhone: true };
    await fn.script({ PreSignUp: { response }, "*": {} });
    await signUp("verified", { email: "verified@example.com", phone_number: "+15550100" });
    expect(await found("verified")).toMatchObject({ email_verified: "true", phone_number_verified: "true" });
    expect(await signIn(ClientId, "verified@example.com")).toHaveProperty("AuthenticationResult");
    expect(await signIn(ClientId, "+15550100")).toHaveProperty("AuthenticationResult");
  });

  it("an alias that was verified so moves from its former holder", async () => {
    await makeUser(UserPoolId, "holder", { email: "shared@example.com", email_verified: "true" });
    await fn.script({ PreSignUp: { response: { autoConfirmUser: true, autoVerifyEmail: true } }, "*": {} });
    await signUp("taker", { email: "shared@example.com" });
    expect(await found("shared@example.com")).toMatchObject({ email_verified: "true" });
    expect(await found("holder")).toMatchObject({ email: "shared@example.com", email_verified: "false" });
    expect(await call("AdminGetUser", { UserPoolId, Username: "shared@example.com" })).toMatchObject({
      Username: "taker",
    });
    expect(await brokenInvariants()).toEqual([]);
  });

  it.each([
    ["autoVerifyEmail", { phone_number: "+15550101" }],
    ["autoVerifyPhone", { email: "no-phone@example.com" }],
  ])("%s of an address that was not submitted is refused", async (member, given) => {
    await fn.script({ PreSignUp: { response: { autoConfirmUser: true, [member]: true } }, "*": {} });
    await expect(signUp("absent", given as Record<string, string>)).rejects.toMatchObject({
      name: "InvalidLambdaResponseException",
      message: "Unrecognizable lambda output",
    });
    await expect(found("absent")).rejects.toMatchObject({ name: "UserNotFoundException" });
  });

  it.each([
    ["SignUp", () => signUp("refused", { email: "refused@example.com" })],
    [
      "AdminCreateUser",
      () =>
        call("AdminCreateUser", {
          UserPoolId,
          Username: "refused",
          UserAttributes: attributes({ email: "refused@example.com" }),
        }),
    ],
  ])("whoever it turns away at %s leaves nothing behind", async (_, act) => {
    await fn.script({ PreSignUp: { error: "Not allowed" } });
    const rows = async () =>
      Promise.all(
        ["users", "user_names", "user_attributes", "codes", "outbox"].map(
          async (table) => (await env.DB.prepare(`select count(*) as n from ${table}`).first())?.n,
        ),
      );
    const before = await rows();
    await expect(act()).rejects.toMatchObject({
      name: "UserLambdaValidationException",
      message: "PreSignUp failed with error Not allowed.",
    });
    expect(await rows()).toEqual(before);
  });

  it("is not asked about a name that is taken, nor about a password that will not do", async () => {
    await fn.script({ "*": {} });
    await makeUser(UserPoolId, "taken");
    const before = (await fn.events()).length;
    await expect(signUp("taken", {})).rejects.toMatchObject({ name: "UsernameExistsException" });
    const weak = { ClientId, Username: "weak", Password: "short1!" };
    await expect(call("SignUp", weak)).rejects.toMatchObject({ name: "InvalidPasswordException" });
    expect(await fn.events()).toHaveLength(before);
  });

  it("what it answers about an administrator's user has no effect", async () => {
    const response = { autoConfirmUser: true, autoVerifyEmail: true, autoVerifyPhone: true };
    await fn.script({ PreSignUp: { response }, "*": {} });
    const before = (await fn.events()).length;
    const UserAttributes = attributes({ email: "invited@example.com" });
    const input = { UserPoolId, Username: "invited", UserAttributes, MessageAction: "SUPPRESS" };
    expect((await call("AdminCreateUser", input)).User.UserStatus).toBe("FORCE_CHANGE_PASSWORD");
    expect(await found("invited")).not.toHaveProperty("email_verified");
    // Post confirmation does not run.
    expect((await fn.events()).slice(before)).toHaveLength(1);
  });
});
