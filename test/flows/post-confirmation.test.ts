import { beforeAll, expect, it } from "vitest";
import { call, codeSentTo, makeClient, makePool, makeUser, PASSWORD, signIn } from "../client.ts";
import { type ExampleFunction, newFunction } from "../triggers/functions.ts";

const REFUSED = {
  name: "UserLambdaValidationException",
  message: "PostConfirmation failed with error No welcome pack left.",
};
const NEW_PASSWORD = "An0ther-Horse!";
let fn: ExampleFunction;
let UserPoolId: string;
let ClientId: string;
beforeAll(async () => {
  fn = newFunction();
  UserPoolId = await makePool({
    AutoVerifiedAttributes: ["email"],
    LambdaConfig: { PreSignUp: fn.arn, PostConfirmation: fn.arn },
  });
  ({ ClientId } = await makeClient(UserPoolId));
  await fn.script({ PostConfirmation: { error: "No welcome pack left" }, "*": {} });
});

const signUp = (Username: string) =>
  call("SignUp", {
    ClientId,
    Username,
    Password: PASSWORD,
    UserAttributes: [{ Name: "email", Value: `${Username}@example.com` }],
  });

const RULE = "[Amazon Cognito: post confirmation Lambda trigger] a failure fails the operation and undoes nothing:";

it(`${RULE} ConfirmSignUp`, async () => {
  await signUp("ann");
  const ConfirmationCode = await codeSentTo("ann@example.com");
  await expect(call("ConfirmSignUp", { ClientId, Username: "ann", ConfirmationCode })).rejects.toMatchObject(REFUSED);
  expect(await signIn(ClientId, "ann")).toHaveProperty("AuthenticationResult");
});

it(`${RULE} AdminConfirmSignUp`, async () => {
  await signUp("bob");
  await expect(call("AdminConfirmSignUp", { UserPoolId, Username: "bob" })).rejects.toMatchObject(REFUSED);
  expect(await signIn(ClientId, "bob")).toHaveProperty("AuthenticationResult");
});

it(`${RULE} SignUp of whoever needs no confirmation`, async () => {
  await fn.script({
    PreSignUp: { response: { autoConfirmUser: true } },
    PostConfirmation: { error: "No welcome pack left" },
  });
  await expect(signUp("cat")).rejects.toMatchObject(REFUSED);
  expect(await signIn(ClientId, "cat")).toHaveProperty("AuthenticationResult");
});

it(`${RULE} ConfirmForgotPassword`, async () => {
  await makeUser(UserPoolId, "dan", { email: "dan@example.com", email_verified: "true" });
  await call("ForgotPassword", { ClientId, Username: "dan" });
  const ConfirmationCode = await codeSentTo("dan@example.com");
  const input = { ClientId, Username: "dan", ConfirmationCode, Password: NEW_PASSWORD };
  await expect(call("ConfirmForgotPassword", input)).rejects.toMatchObject(REFUSED);
  expect(await signIn(ClientId, "dan", NEW_PASSWORD)).toHaveProperty("AuthenticationResult");
  await expect(signIn(ClientId, "dan", PASSWORD)).rejects.toMatchObject({ name: "NotAuthorizedException" });
});
