import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { call, codeSentTo, makeClient, makePool, makeUser, outbox, PASSWORD, signIn } from "../client.ts";
import { type ExampleFunction, newFunction } from "../triggers/functions.ts";

const EMAIL = "ann@example.com";
const PHONE = "+12065550100";
const DEVELOPER = {
  EmailSendingAccount: "DEVELOPER",
  SourceArn: "arn:aws:ses:us-east-1:000000000000:identity/example.com",
};
const metadata = { campaign: "spring" };
const UNRECOGNIZABLE = { name: "InvalidLambdaResponseException", message: "Unrecognizable lambda output" };
let fn: ExampleFunction;

beforeEach(async () => {
  fn = newFunction();
  await env.DB.exec("delete from outbox");
});

async function poolWith(more: object = {}) {
  const UserPoolId = await makePool({
    AutoVerifiedAttributes: ["email"],
    LambdaConfig: { CustomMessage: fn.arn },
    EmailConfiguration: DEVELOPER,
    ...more,
  });
  return { UserPoolId, ClientId: (await makeClient(UserPoolId)).ClientId };
}

const answer = (response: object) => fn.script({ CustomMessage: { response } });
const listOf = (attributes: Record<string, string>) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
const signUp = (ClientId: string, attributes: Record<string, string> = { email: EMAIL }) =>
  call("SignUp", {
    ClientId,
    Username: "ann",
    Password: PASSWORD,
    UserAttributes: listOf(attributes),
    ClientMetadata: metadata,
  });
const invite = (UserPoolId: string, TemporaryPassword: string, attributes: Record<string, string> = { email: EMAIL }) =>
  call("AdminCreateUser", {
    UserPoolId,
    Username: "<ann>",
    TemporaryPassword,
    UserAttributes: listOf(attributes),
    DesiredDeliveryMediums: [attributes.email ? "EMAIL" : "SMS"],
    ClientMetadata: metadata,
  });
const sent = async (to = EMAIL) => (await outbox(to)).at(-1);

describe("[Amazon Cognito: custom message Lambda trigger] the event", () => {
  test("tells the placeholders, and not the code", async () => {
    const { UserPoolId, ClientId } = await poolWith();
    const { UserSub } = await signUp(ClientId);
    expect(await fn.events()).toEqual([
      {
        version: "1",
        triggerSource: "CustomMessage_SignUp",
        region: "us-east-1",
        userPoolId: UserPoolId,
        userName: "ann",
        callerContext: { awsSdkVersion: "aws-sdk-unknown-unknown", clientId: ClientId },
        request: {
          userAttributes: {
            sub: UserSub,
            email: EMAIL,
            email_verified: "false",
            "cognito:user_status": "UNCONFIRMED",
          },
          codeParameter: "{####}",
          linkParameter: "{##Click Here##}",
          usernameParameter: null,
          clientMetadata: metadata,
        },
        response: { smsMessage: null, emailMessage: null, emailSubject: null },
      },
    ]);
  });

  test("of an invitation has a placeholder for the username, and no client", async () => {
    const { UserPoolId } = await poolWith();
    await invite(UserPoolId, "T3mp-orary");
    expect(await fn.events()).toMatchObject([
      {
        triggerSource: "CustomMessage_AdminCreateUser",
        callerContext: { clientId: "CLIENT_ID_NOT_APPLICABLE" },
        request: { usernameParameter: "{username}", clientMetadata: metadata },
      },
    ]);
  });

  test.each<[source: string, act: (pool: { UserPoolId: string; ClientId: string }) => Promise<unknown>]>([
    [
      "ForgotPassword",
      ({ ClientId }) => call("ForgotPassword", { ClientId, Username: "ann", ClientMetadata: metadata }),
    ],
    [
      "ForgotPassword",
      ({ UserPoolId }) => call("AdminResetUserPassword", { UserPoolId, Username: "ann", ClientMetadata: metadata }),
    ],
    [
      "UpdateUserAttribute",
      ({ UserPoolId }) =>
        call("AdminUpdateUserAttributes", {
          UserPoolId,
          Username: "ann",
          UserAttributes: listOf({ email: "b@example.com" }),
          ClientMetadata: metadata,
        }),
    ],
    [
      "UpdateUserAttribute",
      async ({ ClientId }) =>
        call("UpdateUserAttributes", {
          AccessToken: (await signIn(ClientId, "ann")).AuthenticationResult.AccessToken,
          UserAttributes: listOf({ email: "c@example.com" }),
          ClientMetadata: metadata,
        }),
    ],
    [
      "VerifyUserAttribute",
      async ({ ClientId }) =>
        call("GetUserAttributeVerificationCode", {
          AccessToken: (await signIn(ClientId, "ann")).AuthenticationResult.AccessToken,
          AttributeName: "email",
          ClientMetadata: metadata,
        }),
    ],
  ])("CustomMessage_%s tells the metadata of the operation", async (source, act) => {
    const pool = await poolWith();
    await makeUser(pool.UserPoolId, "ann", { email: EMAIL, email_verified: "true" });
    await act(pool);
    expect(await fn.events()).toMatchObject([
      { triggerSource: `CustomMessage_${source}`, request: { clientMetadata: metadata } },
    ]);
  });
});

describe("[Amazon Cognito: custom message Lambda trigger] the message", () => {
  test("is the trigger's: what its owner wrote stays as it is, and the code is put in", async () => {
    const { ClientId } = await poolWith();
    await answer({ emailMessage: '<a href="https://app.test/?c={####}">{####}</a>', emailSubject: "Hello {####}" });
    await signUp(ClientId);
    const code = await codeSentTo(EMAIL);
    expect(await sent()).toMatchObject({
      subject: `Hello ${code}`,
      body: `<a href="https://app.test/?c=${code}">${code}</a>`,
    });
    await call("ConfirmSignUp", { ClientId, Username: "ann", ConfirmationCode: code });
  });

  test("has password and username put in as text where it is HTML, and as they are in an SMS", async () => {
    const { UserPoolId } = await poolWith();
    const password = "T3mp<b>&orary";
    await answer({ emailMessage: "<b>{username}</b> {####}", smsMessage: "{username}: {####}" });
    await invite(UserPoolId, password);
    expect(await sent()).toMatchObject({ body: "<b>&lt;ann&gt;</b> T3mp&lt;b&gt;&amp;orary" });
    const other = await poolWith();
    await invite(other.UserPoolId, password, { phone_number: PHONE });
    expect(await sent(PHONE)).toMatchObject({ subject: null, body: `<ann>: ${password}` });
  });

  test.each([
    ["null", { emailMessage: null, emailSubject: null, smsMessage: null }],
    ["empty", { emailMessage: "", emailSubject: "", smsMessage: "" }],
  ])("is the pool's own where the trigger's is %s", async (_, response) => {
    const { ClientId } = await poolWith({
      VerificationMessageTemplate: { EmailMessage: "Ours: {####}", EmailSubject: "Us" },
    });
    await answer(response);
    await signUp(ClientId);
    expect(await sent()).toMatchObject({ subject: "Us", body: expect.stringMatching(/^Ours: \d{6}$/) });
  });

  test("may have the trigger's subject and the pool's text", async () => {
    const { ClientId } = await poolWith();
    await answer({ emailSubject: "Just this" });
    await signUp(ClientId);
    expect(await sent()).toMatchObject({
      subject: "Just this",
      body: expect.stringMatching(/^Your verification code is /),
    });
  });

  test("of an invitation goes out by the trigger's text where the pool's has no room for the password, and else not at all", async () => {
    const { UserPoolId } = await poolWith({
      AdminCreateUserConfig: { InviteMessageTemplate: { EmailMessage: "Ask us, {username}." } },
    });
    await answer({});
    await invite(UserPoolId, "T3mp-orary");
    expect(await outbox(EMAIL)).toEqual([]);
    await answer({ emailMessage: "{username} {####}" });
    await call("AdminCreateUser", {
      UserPoolId,
      Username: "<ann>",
      TemporaryPassword: "T3mp-orary",
      MessageAction: "RESEND",
      DesiredDeliveryMediums: ["EMAIL"],
    });
    expect(await sent()).toMatchObject({ body: "&lt;ann&gt; T3mp-orary" });
  });

  test("leads to a page by a link with the trigger's text, where the pool confirms so", async () => {
    const { UserPoolId, ClientId } = await poolWith({
      VerificationMessageTemplate: { DefaultEmailOption: "CONFIRM_WITH_LINK" },
    });
    await answer({ emailMessage: "<p>Welcome! {##Confirm <b>now</b>##}</p>" });
    await signUp(ClientId);
    const [, href = ""] =
      /^<p>Welcome! <a href="([^"]+)">Confirm <b>now<\/b><\/a><\/p>$/.exec((await sent())?.body ?? "") ?? [];
    expect(new URL(href.replaceAll("&amp;", "&")).searchParams.get("user_name")).toBe("ann");
    await makeUser(UserPoolId, "bea", { email: "bea@example.com", email_verified: "true" });
    await expect(call("ForgotPassword", { ClientId, Username: "bea" })).rejects.toMatchObject(UNRECOGNIZABLE);
  });
});

describe("[Amazon Cognito: custom message Lambda trigger] an answer is refused", () => {
  const text = (length: number) => `{####}${"é".repeat(length - 6)}`;

  test.each([
    ["without the code", { emailMessage: "Welcome!" }],
    ["with a link for the code where the pool confirms by code", { emailMessage: "{##Click Here##}" }],
    ["of more than 20 000 characters", { emailMessage: text(20_001) }],
    ["with a subject of more than 140", { emailSubject: "é".repeat(141) }],
    ["that is no text", { emailMessage: 5 }],
  ])("%s, for a mail", async (_, response) => {
    const { UserPoolId, ClientId } = await poolWith();
    await answer(response);
    await expect(signUp(ClientId)).rejects.toMatchObject(UNRECOGNIZABLE);
    expect(await outbox(EMAIL)).toEqual([]);
    // As in Cognito, the user is there and can have another code.
    expect(await call("AdminGetUser", { UserPoolId, Username: "ann" })).toMatchObject({ UserStatus: "UNCONFIRMED" });
  });

  test.each([
    ["without the code", { smsMessage: "Welcome!" }],
    ["of more than 140 characters", { smsMessage: text(141) }],
  ])("%s, for an SMS", async (_, response) => {
    const { ClientId } = await poolWith({ AutoVerifiedAttributes: ["phone_number"] });
    await answer(response);
    await expect(signUp(ClientId, { phone_number: PHONE })).rejects.toMatchObject(UNRECOGNIZABLE);
  });

  test.each([
    ["mail", "emailMessage", { email: EMAIL }],
    ["SMS", "smsMessage", { phone_number: PHONE }],
  ])("without the username, for an invitation by %s", async (_, member, attributes) => {
    const { UserPoolId } = await poolWith();
    await answer({ [member]: "Your password: {####}" });
    await expect(invite(UserPoolId, "T3mp-orary", attributes as never)).rejects.toMatchObject(UNRECOGNIZABLE);
  });

  test.each([{ emailMessage: "{####}" }, { emailSubject: "Hello" }])(
    "with %j, where Cognito's own account sends the pool's mail",
    async (response) => {
      const { ClientId } = await poolWith({ EmailConfiguration: { EmailSendingAccount: "COGNITO_DEFAULT" } });
      await answer(response);
      await expect(signUp(ClientId)).rejects.toMatchObject(UNRECOGNIZABLE);
    },
  );

  test("for nothing that the message has no use for", async () => {
    const { ClientId } = await poolWith({
      AutoVerifiedAttributes: ["phone_number"],
      EmailConfiguration: { EmailSendingAccount: "COGNITO_DEFAULT" },
    });
    await answer({ emailMessage: "no code", smsMessage: text(140) });
    await signUp(ClientId, { phone_number: PHONE });
    expect((await sent(PHONE))?.body).toMatch(/^\d{6}é{134}$/);
  });

  test("for no text of the longest that is allowed", async () => {
    const { ClientId } = await poolWith();
    await answer({ emailMessage: text(20_000), emailSubject: "🔑".repeat(140) });
    await signUp(ClientId);
    expect(await sent()).toMatchObject({ subject: "🔑".repeat(140) });
  });
});

test("where the client hides users, a trigger that fails tells nobody whether there is one", async () => {
  const { UserPoolId } = await poolWith();
  const { ClientId } = await makeClient(UserPoolId, { PreventUserExistenceErrors: "ENABLED" });
  await makeUser(UserPoolId, "bea", { email: "bea@example.com", email_verified: "true" });
  await fn.script({ CustomMessage: { error: "no" } });
  for (const Username of ["bea", "nobody"]) {
    expect(await call("ForgotPassword", { ClientId, Username })).toMatchObject({
      CodeDeliveryDetails: { AttributeName: "email" },
    });
  }
});
