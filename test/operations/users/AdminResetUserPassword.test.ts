import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { call, codeSentTo, makeClient, makePool, makeUser, outbox, signIn } from "../../client.ts";
import { seedUsers } from "../../seed-users.ts";

const NEW = "An0ther-One!";
const email = (value: string, verified = "true") => ({ email: value, email_verified: verified });

let pool: string;
let ClientId: string;
beforeAll(async () => {
  pool = await makePool();
  ({ ClientId } = await makeClient(pool));
});

const reset = (Username: string, UserPoolId = pool) => call("AdminResetUserPassword", { UserPoolId, Username });
const statusOf = async (Username: string, UserPoolId = pool) =>
  (await call("AdminGetUser", { UserPoolId, Username })).UserStatus;

it("ends the password at once, and sends a code that makes a new one", async () => {
  await makeUser(pool, "jane", email("jane@example.com"));
  expect(await reset("jane")).toEqual({});
  expect(await statusOf("jane")).toBe("RESET_REQUIRED");
  await expect(signIn(ClientId, "jane")).rejects.toMatchObject({ name: "PasswordResetRequiredException" });
  expect(await outbox("jane@example.com")).toMatchObject([{ subject: "Your verification code" }]);
  const ConfirmationCode = await codeSentTo("jane@example.com");
  await call("ConfirmForgotPassword", { ClientId, Username: "jane", ConfirmationCode, Password: NEW });
  expect(await statusOf("jane")).toBe("CONFIRMED");
  expect(await signIn(ClientId, "jane", NEW)).toHaveProperty("AuthenticationResult");
});

it("ends every session of the user for good, and says at access tokens what to do", async () => {
  await makeUser(pool, "held", email("held@example.com"));
  const { AccessToken, RefreshToken } = (await signIn(ClientId, "held")).AuthenticationResult;
  const refresh = () => call("GetTokensFromRefreshToken", { ClientId, RefreshToken });
  await reset("held");
  await expect(call("GetUser", { AccessToken })).rejects.toMatchObject({ name: "PasswordResetRequiredException" });
  await expect(refresh()).rejects.toMatchObject({ message: "Refresh Token has been revoked" });
  const ConfirmationCode = await codeSentTo("held@example.com");
  await call("ConfirmForgotPassword", { ClientId, Username: "held", ConfirmationCode, Password: NEW });
  await expect(call("GetUser", { AccessToken })).rejects.toMatchObject({ message: "Access Token has been revoked" });
  await expect(refresh()).rejects.toMatchObject({ message: "Refresh Token has been revoked" });
});

it("ends nothing when it is refused", async () => {
  await makeUser(pool, "kept");
  const { RefreshToken } = (await signIn(ClientId, "kept")).AuthenticationResult;
  await expect(reset("kept")).rejects.toMatchObject({ name: "InvalidParameterException" });
  expect(await call("GetTokensFromRefreshToken", { ClientId, RefreshToken })).toHaveProperty("AuthenticationResult");
});

it("can be asked for again; the code before it is void", async () => {
  await seedUsers(pool, [{ username: "again", attributes: email("again@example.com") }]);
  await reset("again");
  await reset("again");
  const codes = (await outbox("again@example.com")).map(({ body }) => body.match(/\d{6}/)?.[0]);
  expect(codes).toHaveLength(2);
  const stored = await env.DB.prepare("select count(*) as n from codes where value = 'again@example.com'").first<any>();
  expect(stored.n).toBe(1);
});

it.each(["UNCONFIRMED", "FORCE_CHANGE_PASSWORD", "EXTERNAL_PROVIDER"])("refuses a user who is %s", async (status) => {
  await seedUsers(pool, [{ username: status, status, attributes: email("state@example.com") }]);
  await expect(reset(status)).rejects.toMatchObject({
    name: "NotAuthorizedException",
    message: "User password cannot be reset in the current state.",
  });
  expect(await statusOf(status)).toBe(status);
  expect(await outbox("state@example.com")).toHaveLength(0);
});

it("refuses a user without a verified address, whose password goes on working", async () => {
  await makeUser(pool, "unverified", email("unverified@example.com", "false"));
  await expect(reset("unverified")).rejects.toMatchObject({
    name: "InvalidParameterException",
    message: "Cannot reset password for the user as there is no registered/verified email or phone_number",
  });
  expect(await signIn(ClientId, "unverified")).toHaveProperty("AuthenticationResult");
});

it("sends the code where the pool's account recovery says", async () => {
  const byMail = await makePool({
    AccountRecoverySetting: {
      RecoveryMechanisms: [
        { Name: "verified_phone_number", Priority: 2 },
        { Name: "verified_email", Priority: 1 },
      ],
    },
  });
  const attributes = { ...email("prior@example.com"), phone_number: "+12065550100", phone_number_verified: "true" };
  await seedUsers(byMail, [{ username: "jane", attributes }]);
  await reset("jane", byMail);
  expect(await outbox("prior@example.com")).toHaveLength(1);
  expect(await outbox("+12065550100")).toHaveLength(0);
});

it("sends five codes an hour and no sixth", async () => {
  await seedUsers(pool, [{ username: "flooded", attributes: email("flooded@example.com") }]);
  for (let i = 0; i < 5; i++) await reset("flooded");
  await expect(reset("flooded")).rejects.toMatchObject({
    name: "LimitExceededException",
    message: "Attempt limit exceeded, please try after some time.",
  });
  expect(await outbox("flooded@example.com")).toHaveLength(5);
});

it("refuses who is not there", async () => {
  await expect(reset("nobody")).rejects.toMatchObject({ name: "UserNotFoundException" });
});

it("ends the password even when the message trigger cannot be asked", async () => {
  const CustomMessage = "arn:aws:lambda:us-east-1:000000000000:function:f";
  const wordless = await makePool({ LambdaConfig: { CustomMessage } });
  await seedUsers(wordless, [{ username: "jane", attributes: email("mute@example.com") }]);
  await expect(reset("jane", wordless)).rejects.toMatchObject({ name: "UnexpectedLambdaException" });
  expect(await statusOf("jane", wordless)).toBe("RESET_REQUIRED");
  expect(await outbox("mute@example.com")).toHaveLength(0);
});
