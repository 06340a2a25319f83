import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { call, codeSentTo, outbox, PASSWORD } from "../../client.ts";
import { OWN_MAIL, SENDER } from "../../factors.ts";
import { wrongCode } from "../../operations/wrong-code.ts";
import { allowing, type Choice, listOf, makeChoice, newAddress, newName, newPhone, usernameOf } from "./choice.ts";
import { USED } from "./refusals.ts";

const mismatch = { name: "CodeMismatchException", message: "Invalid code or auth state for the user." };

let choice: Choice;
/** The same where users can ask for a second factor. */
let doubled: Choice;
beforeAll(async () => {
  choice = await makeChoice({}, { AuthSessionValidity: 5 });
  doubled = await makeChoice(OWN_MAIL);
  await call("SetUserPoolMfaConfig", {
    UserPoolId: doubled.pool,
    MfaConfiguration: "OPTIONAL",
    EmailMfaConfiguration: {},
    SmsMfaConfiguration: { SmsConfiguration: SENDER },
  });
});

describe.each([
  ["EMAIL_OTP", "email"],
  ["SMS_OTP", "phone"],
] as const)("%s as the first factor", (factor, at) => {
  /** Has a code sent. @returns it, and how to answer */
  const sent = async (where = choice, who?: { name: string; email: string; phone: string }) => {
    const user = who ?? (await where.user());
    const { Session } = await where.begin(user.name, { PREFERRED_CHALLENGE: factor });
    const answer = (code: string, USERNAME = user.name) =>
      where.answer(factor, Session, { USERNAME, [`${factor}_CODE`]: code });
    return { user, code: await codeSentTo(user[at]), answer };
  };

  it("is eight digits, sent in the words of the pool, and gives tokens", async () => {
    const { user, code, answer } = await sent();
    expect((await outbox(user[at])).map(({ body }) => body)).toEqual([expect.stringContaining(code)]);
    expect(code).toMatch(/^\d{8}$/);
    expect(usernameOf(await answer(code))).toBe(user.name);
  });

  it("a wrong code leaves the session usable", async () => {
    const { user, code, answer } = await sent();
    for (const wrong of [wrongCode(code), code.slice(1), `${code}0`, "x"]) {
      await expect(answer(wrong)).rejects.toMatchObject(mismatch);
    }
    expect(usernameOf(await answer(code))).toBe(user.name);
  });

  it("the right one wins among a hundred that come at once, and once it has, the session is over", async () => {
    const { code, answer } = await sent();
    const answers = await Promise.all(Array.from({ length: 100 }, () => answer(code).catch(({ message }) => message)));
    expect(answers.filter((each) => each.AuthenticationResult)).toHaveLength(1);
    const told = new Set(answers.filter((each) => !each.AuthenticationResult));
    expect([...told].filter((each) => ![USED.message, "Code attempts exceeded"].includes(each))).toEqual([]);
    await expect(answer(code)).rejects.toMatchObject(USED);
  }, 60_000);

  it("five wrong codes turn further ones away for a while, right or wrong, and passwords do not count with them", async () => {
    const { user, code, answer } = await sent();
    for (let n = 0; n < 5; n++) await expect(answer(wrongCode(code))).rejects.toMatchObject(mismatch);
    await expect(answer(code)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Code attempts exceeded",
    });
    const begun = await choice.begin(user.name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD });
    expect(usernameOf(begun)).toBe(user.name);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(usernameOf(await answer(code))).toBe(user.name);
    const again = await sent(choice, user);
    await expect(again.answer(wrongCode(again.code))).rejects.toMatchObject(mismatch);
    expect(usernameOf(await again.answer(again.code))).toBe(user.name);
  });

  it("expires with the session, after AuthSessionValidity", async () => {
    const { code, answer } = await sent();
    const now = Date.now();
    const clock = vi.spyOn(Date, "now");
    try {
      clock.mockReturnValue(now + 5 * 60_000 + 1_000);
      await expect(answer(code)).rejects.toMatchObject({
        name: "NotAuthorizedException",
        message: "Invalid session for the user, session is expired.",
      });
      clock.mockReturnValue(now + 4 * 60_000);
      expect(await answer(code)).toHaveProperty("AuthenticationResult");
    } finally {
      clock.mockRestore();
    }
  });

  it("fits the session that it was sent for, whatever the user's name in the answer", async () => {
    const first = await sent();
    const second = await sent(choice, first.user);
    await expect(first.answer(second.code)).rejects.toMatchObject(mismatch);
    await expect(first.answer(first.code, (await choice.user()).name)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Invalid session for the user.",
    });
    const { sub } = await call("AdminGetUser", { UserPoolId: choice.pool, Username: first.user.name }).then(
      ({ UserAttributes }) => ({ sub: UserAttributes.find(({ Name }: { Name: string }) => Name === "sub").Value }),
    );
    expect(usernameOf(await first.answer(first.code, sub))).toBe(first.user.name);
  });

  it("is wrong once the address that it went to is the user's no more", async () => {
    const { user, code, answer } = await sent();
    const UserAttributes = listOf({ email: newAddress(), phone_number: newPhone() });
    await call("AdminUpdateUserAttributes", { UserPoolId: choice.pool, Username: user.name, UserAttributes });
    await expect(answer(code)).rejects.toMatchObject(mismatch);
  });

  it("is not both factors of someone who is asked for two by now", async () => {
    const { user, code, answer } = await sent(doubled);
    const enabled = factor === "EMAIL_OTP" ? "EmailMfaSettings" : "SMSMfaSettings";
    const preference = { UserPoolId: doubled.pool, Username: user.name, [enabled]: { Enabled: true } };
    await call("AdminSetUserMFAPreference", preference);
    await expect(answer(code)).rejects.toMatchObject({ message: "Invalid session for the user." });
  });

  it("is sent at most twenty times an hour to one address", async () => {
    const user = await choice.user();
    for (let n = 0; n < 20; n++) await choice.begin(user.name, { PREFERRED_CHALLENGE: factor });
    await expect(choice.begin(user.name, { PREFERRED_CHALLENGE: factor })).rejects.toMatchObject({
      name: "LimitExceededException",
      message: "Attempt limit exceeded, please try after some time.",
    });
    expect(await outbox(user[at])).toHaveLength(20);
  }, 60_000);

  it("stands nowhere as it is: not in the Session, nor in any table but the outbox of development", async () => {
    const { user, code, answer } = await sent();
    const tables = await env.DB.prepare(
      "select name from sqlite_master where type = 'table' and name not like '\\_%' escape '\\' and name <> 'outbox'",
    ).all<{ name: string }>();
    for (const { name } of tables.results) {
      const { results } = await env.DB.prepare(`select * from "${name}"`).all();
      expect(JSON.stringify(results.slice(-500))).not.toContain(code);
    }
    expect(usernameOf(await answer(code))).toBe(user.name);
  });

  it("confirms an account only once it was right", async () => {
    const user = { name: newName(), email: newAddress(), phone: newPhone() };
    const UserAttributes = listOf({ email: user.email, phone_number: user.phone });
    await call("SignUp", { ClientId: choice.client, Username: user.name, UserAttributes });
    const { code, answer } = await sent(choice, user);
    const status = async () =>
      (await call("AdminGetUser", { UserPoolId: choice.pool, Username: user.name })).UserStatus;
    await expect(answer(wrongCode(code))).rejects.toMatchObject(mismatch);
    expect(await status()).toBe("UNCONFIRMED");
    expect(usernameOf(await answer(code))).toBe(user.name);
    expect(await status()).toBe("CONFIRMED");
  });
});

describe("a user without password", () => {
  it("signs in by a code, and no password of any kind is theirs, at the cost of a wrong one", async () => {
    const email = newAddress();
    const name = await choice.passwordless({ email, phone_number: newPhone() });
    const { Session, AvailableChallenges } = await choice.begin(name);
    expect(AvailableChallenges).toEqual(["EMAIL_OTP", "SMS_OTP"]);
    const guess = { USERNAME: name, ANSWER: "PASSWORD", PASSWORD };
    const wrong = { name: "NotAuthorizedException", message: "Incorrect username or password." };
    await expect(choice.answer("SELECT_CHALLENGE", Session, guess)).rejects.toMatchObject(wrong);
    const picked = await choice.answer("SELECT_CHALLENGE", Session, { USERNAME: name, ANSWER: "EMAIL_OTP" });
    const code = await codeSentTo(email);
    const responses = { USERNAME: name, EMAIL_OTP_CODE: code };
    expect(usernameOf(await choice.answer("EMAIL_OTP", picked.Session, responses))).toBe(name);
  });

  it("may be named by what they sign in with, and gets back the name that tokens have", async () => {
    const where = await makeChoice({ ...allowing("PASSWORD", "EMAIL_OTP"), UsernameAttributes: ["email"] });
    const email = `${newName()}@example.com`;
    const { User } = await call("AdminCreateUser", { UserPoolId: where.pool, Username: email });
    const { Session, ChallengeParameters } = await where.begin(email);
    expect(ChallengeParameters.USER_ID_FOR_SRP).toBe(User.Username);
    const responses = { USERNAME: email, EMAIL_OTP_CODE: await codeSentTo(email) };
    expect(usernameOf(await where.answer("EMAIL_OTP", Session, responses))).toBe(User.Username);
  });
});
