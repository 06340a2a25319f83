import { describe, expect, test } from "vitest";
import { en } from "../../src/ui/texts/en.ts";
import { call, codeSentTo, outbox, PASSWORD } from "../client.ts";
import {
  BY_LINK,
  linkSentTo,
  newAddress,
  newestTo,
  notice,
  openPool,
  personAt,
  signUpForLink,
} from "../endpoints/login/new-person.ts";
import { Person } from "../endpoints/login/person.ts";

describe("what is sent", () => {
  test("is the pool's own text, with a link for its placeholder and a name as text", async () => {
    const worded = await openPool({
      VerificationMessageTemplate: {
        DefaultEmailOption: "CONFIRM_WITH_LINK",
        EmailSubjectByLink: "Welcome {username}",
        EmailMessageByLink: "<p>Dear {username}, {##open <b>this</b>##} or {##that##}, or type {####}.</p>",
      },
    });
    const email = newAddress();
    await signUpForLink(worded.client, `<img/src="x">&$&'`, email);
    const { subject, body } = await newestTo(email);
    const href = /href="([^"]*)"/.exec(body)?.[1] as string;
    const code = new URL(href.replaceAll("&amp;", "&")).searchParams.get("confirmation_code");
    expect(subject).toBe(`Welcome <img/src="x">&$&'`);
    expect(body).toBe(
      `<p>Dear &lt;img/src=&quot;x&quot;&gt;&amp;$&amp;&#39;, <a href="${href}">open <b>this</b></a> or <a href="${href}">that</a>, or type ${code}.</p>`,
    );
    expect(new URL(href.replaceAll("&amp;", "&")).searchParams.get("user_name")).toBe(`<img/src="x">&$&'`);
  });

  test("leads to the pool's own domain where it has one", async () => {
    const housed = await openPool(BY_LINK);
    const Domain = "login.link.example";
    const CustomDomainConfig = { CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/x" };
    await call("CreateUserPoolDomain", { UserPoolId: housed.pool, Domain, CustomDomainConfig });
    const email = newAddress();
    await signUpForLink(housed.client, "ada", email);
    const link = await linkSentTo(email);
    expect(link.origin).toBe(`http://${Domain}`);
    const opener = new Person(link.origin);
    await opener.visit(link.href);
    await opener.submit();
    expect(notice(opener)).toBe(en.confirmed);
  });

  test("is a code by SMS, and for everything that is no sign-up", async () => {
    const both = await openPool({ ...BY_LINK, AutoVerifiedAttributes: ["email", "phone_number"] });
    const UserAttributes = [
      { Name: "phone_number", Value: "+15550100200" },
      { Name: "email", Value: "both@example.com" },
    ];
    await call("SignUp", { ClientId: both.client, Username: "ada", Password: PASSWORD, UserAttributes });
    const ConfirmationCode = await codeSentTo("+15550100200");
    expect((await outbox("+15550100200")).at(-1)?.body).not.toContain("http");
    await call("ConfirmSignUp", { ClientId: both.client, Username: "ada", ConfirmationCode });
    await call("AdminUpdateUserAttributes", {
      UserPoolId: both.pool,
      Username: "ada",
      UserAttributes: [
        { Name: "phone_number_verified", Value: "false" },
        { Name: "email_verified", Value: "true" },
      ],
    });
    await call("ForgotPassword", { ClientId: both.client, Username: "ada" });
    expect((await newestTo("both@example.com")).body).toMatch(/^Your verification code is \d{6}$/);
  });

  test("asks for the code at the pages where it went by SMS", async () => {
    const byPhone = await openPool({
      ...BY_LINK,
      UsernameAttributes: ["phone_number"],
      AutoVerifiedAttributes: ["phone_number"],
    });
    const person = await personAt(byPhone.client);
    await person.submit({ username: "+15550100201", password: PASSWORD });
    expect(person.html).toContain(en.confirmSentTo("+*******0201"));
    await person.submit({ code: await codeSentTo("+15550100201") });
    expect(person.sentToClient().code).toBeTypeOf("string");
  });
});
