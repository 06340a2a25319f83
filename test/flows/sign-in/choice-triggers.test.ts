import { beforeEach, describe, expect, it, vi } from "vitest";
import { call, codeSentTo, PASSWORD } from "../../client.ts";
import { type ExampleFunction, newFunction } from "../../triggers/functions.ts";
import { type Choice, HIDES, lockOut, makeChoice, newAddress, newName, usernameOf } from "./choice.ts";

const wrong = { name: "NotAuthorizedException", message: "Incorrect username or password." };

let fn: ExampleFunction;
let choice: Choice;
const TRIGGERS = [
  "PreAuthentication",
  "PostAuthentication",
  "PreTokenGeneration",
  "CustomMessage",
  "UserMigration",
  "PostConfirmation",
];
const sources = async () => (await fn.events()).map(({ triggerSource }) => triggerSource);

beforeEach(async () => {
  fn = newFunction();
  await fn.script({ "*": {} });
  const LambdaConfig = Object.fromEntries(TRIGGERS.map((trigger) => [trigger, fn.arn]));
  choice = await makeChoice({ LambdaConfig, AutoVerifiedAttributes: ["email"] });
});

describe("[Amazon Cognito: Lambda triggers] the triggers of choice-based sign-in", () => {
  it("come in order, PreAuthentication once, at InitiateAuth", async () => {
    const { name, email } = await choice.user();
    const before = (await sources()).length;
    const ClientMetadata = { device: "phone" };
    const { Session } = await choice.begin(name, {}, { ClientMetadata });
    expect((await sources()).slice(before)).toEqual(["PreAuthentication_Authentication"]);
    const select = { ClientId: choice.client, ChallengeName: "SELECT_CHALLENGE", Session };
    const picked = await call("RespondToAuthChallenge", {
      ...select,
      ChallengeResponses: { USERNAME: name, ANSWER: "EMAIL_OTP" },
      ClientMetadata: { page: "codes" },
    });
    const responses = { USERNAME: name, EMAIL_OTP_CODE: await codeSentTo(email) };
    await choice.answer("EMAIL_OTP", picked.Session, responses);
    const events = (await fn.events()).slice(before);
    expect(events.map(({ triggerSource }) => triggerSource)).toEqual([
      "PreAuthentication_Authentication",
      "CustomMessage_Authentication",
      "PostAuthentication_Authentication",
      "TokenGeneration_Authentication",
    ]);
    expect(events[0]?.request).toMatchObject({ validationData: ClientMetadata, userNotFound: false });
    expect(events[1]?.request).toMatchObject({ clientMetadata: { page: "codes" } });
  });

  it("migrate nobody whom the pool knows, though they have nothing to begin with and the client hides users", async () => {
    const hiding = await choice.with(HIDES);
    await choice.user();
    const name = await choice.passwordless({ email: newAddress() });
    await lockOut(choice.pool, name);
    const { Session } = await hiding.begin(name);
    const guess = { USERNAME: name, ANSWER: "PASSWORD", PASSWORD };
    await expect(hiding.answer("SELECT_CHALLENGE", Session, guess)).rejects.toMatchObject(wrong);
    expect(await sources()).not.toContain("UserMigration_Authentication");
  });

  it("refuse before a code is sent or a password judged", async () => {
    const { name } = await choice.user();
    await fn.script({ PreAuthentication: { error: "Closed today" }, "*": {} });
    const refusal = { name: "UserLambdaValidationException" };
    const before = (await sources()).length;
    await expect(choice.begin(name, { PREFERRED_CHALLENGE: "EMAIL_OTP" })).rejects.toMatchObject(refusal);
    const guess = choice.begin(name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD: "Wr0ng-Horse!" });
    await expect(guess).rejects.toMatchObject(refusal);
    expect(new Set((await sources()).slice(before))).toEqual(new Set(["PreAuthentication_Authentication"]));
  });

  it("are asked about a name that nobody has where the client hides users, and only there", async () => {
    const hiding = await choice.with(HIDES);
    const name = newName();
    await expect(choice.begin(name)).rejects.toMatchObject({ name: "UserNotFoundException" });
    expect(await sources()).toEqual([]);
    await hiding.begin(name);
    const [event] = await fn.events();
    expect(event).toMatchObject({ userName: name, request: { userNotFound: true, userAttributes: {} } });
  });

  it("are asked once more after a sign-up that was confirmed, as for any sign-in", async () => {
    const [Username, email] = [newName(), newAddress()];
    await call("SignUp", { ClientId: choice.client, Username, UserAttributes: [{ Name: "email", Value: email }] });
    const ConfirmationCode = await codeSentTo(email);
    const { Session } = await call("ConfirmSignUp", { ClientId: choice.client, Username, ConfirmationCode });
    const before = (await sources()).length;
    await choice.begin(Username, {}, { Session, ClientMetadata: { from: "sign-up" } });
    const events = (await fn.events()).slice(before);
    expect(events.map(({ triggerSource }) => triggerSource)).toEqual([
      "PreAuthentication_Authentication",
      "PostAuthentication_Authentication",
      "TokenGeneration_Authentication",
    ]);
    expect(events[0]?.request.validationData).toEqual({ from: "sign-up" });
  });
});

describe("[Cognito: migrate user Lambda trigger] a password of a name that nobody has", () => {
  const knows = () =>
    fn.script({
      UserMigration: {
        response: {
          userAttributes: { email: newAddress(), email_verified: "true" },
          finalUserStatus: "CONFIRMED",
          messageAction: "SUPPRESS",
        },
      },
      "*": {},
    });
  const migrations = async () =>
    (await fn.events()).filter(({ triggerSource }) => triggerSource === "UserMigration_Authentication");

  it("in InitiateAuth: moves the user whom the function knows, who is signed in", async () => {
    await knows();
    const name = newName();
    const parameters = { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD };
    expect(usernameOf(await choice.begin(name, parameters, { ClientMetadata: { a: "b" } }))).toBe(name);
    expect((await migrations())[0]?.request).toEqual({ password: PASSWORD, validationData: { a: "b" } });
    expect(usernameOf(await choice.begin(name, parameters))).toBe(name);
    expect(await migrations()).toHaveLength(1);
  });

  it.each(["SELECT_CHALLENGE", "PASSWORD"])(
    "in the answer to %s, where the client hides users: the same",
    async (challenge) => {
      const hiding = await choice.with(HIDES);
      await choice.user();
      await knows();
      const name = newName();
      const { Session } = await hiding.begin(name, challenge === "PASSWORD" ? { PREFERRED_CHALLENGE: challenge } : {});
      expect(await migrations()).toEqual([]);
      const responses = { USERNAME: name, ANSWER: "PASSWORD", PASSWORD };
      const answer = () => hiding.answer(challenge, Session, responses);
      expect(usernameOf(await answer())).toBe(name);
      expect((await migrations())[0]?.request).toEqual({ password: PASSWORD });
      const parameters = { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD };
      expect(usernameOf(await hiding.begin(name, parameters))).toBe(name);
      // The sign-in went on with somebody who did not exist when it began, and so ended there.
      await expect(answer()).rejects.toMatchObject({ name: "NotAuthorizedException" });
      expect(await migrations()).toHaveLength(1);
    },
  );

  it("whom the function does not know either is wrong as ever", async () => {
    const hiding = await choice.with(HIDES);
    const parameters = { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD };
    await expect(hiding.begin(newName(), parameters)).rejects.toMatchObject(wrong);
    await expect(choice.begin(newName(), parameters)).rejects.toMatchObject({ name: "UserNotFoundException" });
    expect(await migrations()).toHaveLength(2);
  });

  it("is nobody's to move where none was given", async () => {
    const hiding = await choice.with(HIDES);
    await knows();
    for (const parameters of [{}, { PREFERRED_CHALLENGE: "EMAIL_OTP" }, { PREFERRED_CHALLENGE: "PASSWORD" }]) {
      await hiding.begin(newName(), parameters);
    }
    await vi.waitFor(async () => expect(await sources()).toHaveLength(3));
    expect(await migrations()).toEqual([]);
  });
});
