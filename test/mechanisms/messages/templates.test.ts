import { describe, expect, test } from "vitest";
import { writeMessage } from "../../../src/mechanisms/messages/templates.ts";
import { poolWith } from "../attributes/pool.ts";

const LINK = "https://login.example/confirmUser?a=1&b=%22";
const HREF = "https://login.example/confirmUser?a=1&amp;b=%22";
const TO = "ada@example.com";

const worded = (EmailMessageByLink?: string) =>
  poolWith([], {
    VerificationMessageTemplate: {
      DefaultEmailOption: "CONFIRM_WITH_LINK",
      ...(EmailMessageByLink !== undefined && { EmailMessageByLink }),
    },
  });
const byLink = (text?: string, username = "ada") =>
  writeMessage(worded(text), "verification", "email", TO, { code: "123456", username, link: LINK });

describe("what is put into a message", () => {
  const INVITATION = "<b>{username}</b>: {####}";
  const pool = poolWith([], {
    AdminCreateUserConfig: {
      InviteMessageTemplate: { EmailMessage: INVITATION, EmailSubject: "{username}", SMSMessage: INVITATION },
    },
  });
  const about = { code: "a&b{username}", username: "<{####}>" };

  test("is text in a mail, which is HTML, and is not searched for placeholders again", () => {
    const { subject, body } = writeMessage(pool, "invitation", "email", TO, about);
    expect(body).toBe("<b>&lt;{####}&gt;</b>: a&amp;b{username}");
    expect(subject).toBe("<{####}>");
  });

  test("is put into an SMS as it is", () => {
    expect(writeMessage(pool, "invitation", "sms", "+15550100", about).body).toBe("<b><{####}></b>: a&b{username}");
  });
});

describe("[Amazon Cognito API: VerificationMessageTemplateType] a mail with a link", () => {
  test("has Cognito's text where the pool has none", () => {
    expect(byLink()).toEqual({
      channel: "email",
      to: TO,
      subject: "Your verification link",
      body: `Please click the link below to verify your email address. <a href="${HREF}">Verify Email</a> `,
    });
  });

  test.each([
    ["{##a##}{##b##}", `<a href="${HREF}">a</a><a href="${HREF}">b</a>`],
    ["{##a\nb##}", `<a href="${HREF}">a\nb</a>`],
    ["{####} {##a##}", `123456 <a href="${HREF}">a</a>`],
    ["{##{##a##}", `{##<a href="${HREF}">a</a>`],
    ["{##a", "{##a"],
  ])("makes of %j a text with its links", (text, body) => {
    expect(byLink(text).body).toBe(body);
  });

  test("takes time that grows with the text alone", () => {
    const text = "{##a".repeat(100_000);
    const began = performance.now();
    expect(byLink(text).body).toBe(text);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  test("keeps the placeholder of a link where there is no link", () => {
    const pool = poolWith([], { EmailVerificationMessage: "{####} {##here##}" });
    const { body } = writeMessage(pool, "verification", "email", TO, { code: "123456", username: "ada" });
    expect(body).toBe("123456 {##here##}");
  });
});
