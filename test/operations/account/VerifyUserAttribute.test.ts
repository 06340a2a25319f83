import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, codeSentTo, makeClient, makePool, makeUser, outbox, signIn } from "../../client.ts";
import { interruptedAt } from "../../interrupted.ts";
import { wrongCode } from "../wrong-code.ts";
import { list, open } from "./person.ts";

const EXPIRED = { name: "ExpiredCodeException", message: "Invalid code provided, please request a code again." };
const MISMATCH = { name: "CodeMismatchException", message: "Invalid verification code provided, please try again." };
const LIMIT = { name: "LimitExceededException", message: "Attempt limit exceeded, please try after some time." };
const proven = (email: string) => ({ email, email_verified: "true" });

let plain: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  plain = await open();
});

describe("GetUserAttributeVerificationCode", () => {
  it("sends a code to the address that the user has", async () => {
    const { ask, verify, attributes } = await plain.person("jane", { email: "jane@example.com" });
    expect(await ask("email")).toEqual({ Destination: "j***@e***", DeliveryMedium: "EMAIL", AttributeName: "email" });
    expect(await verify("email", await codeSentTo("jane@example.com"))).toEqual({});
    expect(await attributes()).toEqual(proven("jane@example.com"));
  });

  it("sends it to the value that waits for its proof, where there is one", async () => {
    const { person } = await open({
      AutoVerifiedAttributes: ["email"],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ["email"] },
    });
    const { update, ask, verify, attributes } = await person("wanda", proven("wanda@example.com"));
    await update({ email: "pending@example.org" });
    await ask("email");
    expect(await outbox("pending@example.org")).toHaveLength(2);
    await verify("email", await codeSentTo("pending@example.org"));
    expect(await attributes()).toEqual(proven("pending@example.org"));
  });

  it("refuses what no code can prove, and an address that is not there", async () => {
    const { ask } = await plain.person("bare", { name: "Bare" });
    for (const name of ["name", "email", "phone_number", "constructor"]) {
      await expect(ask(name), name).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
  });

  it("sends five codes an hour", async () => {
    const { ask } = await plain.person("eager", { email: "eager@example.com" });
    for (let at = 0; at < 5; at++) await ask("email");
    await expect(ask("email")).rejects.toMatchObject(LIMIT);
    expect(await outbox("eager@example.com")).toHaveLength(5);
  });
});

describe("VerifyUserAttribute", () => {
  it("takes a right code once", async () => {
    const { ask, verify } = await plain.person("once", { email: "once@example.com" });
    await ask("email");
    const code = await codeSentTo("once@example.com");
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => verify("email", code)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const each of outcomes) if (each.status === "rejected") expect(each.reason).toMatchObject(EXPIRED);
  });

  it("tells a wrong code from one that expired or was never sent, and leaves the right one usable", async () => {
    const { ask, verify } = await plain.person("typo", { email: "typo@example.com" });
    await expect(verify("email", "123456")).rejects.toMatchObject(EXPIRED);
    await ask("email");
    const code = await codeSentTo("typo@example.com");
    await expect(verify("email", wrongCode(code))).rejects.toMatchObject(MISMATCH);
    await expect(verify("phone_number", code)).rejects.toMatchObject(EXPIRED);
    await expect(verify("email", code)).resolves.toEqual({});
    await ask("email");
    await env.DB.prepare("update codes set expires_at = ? where pool_id = ?")
      .bind(Date.now() - 1, plain.pool)
      .run();
    await expect(verify("email", await codeSentTo("typo@example.com"))).rejects.toMatchObject(EXPIRED);
  });

  it("judges fifteen of 100 guesses at once", async () => {
    const { ask, verify } = await plain.person("storm", { email: "storm@example.com" });
    await ask("email");
    const code = await codeSentTo("storm@example.com");
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => verify("email", wrongCode(code))));
    const names = outcomes.map((each) => (each.status === "rejected" ? each.reason.name : "passed"));
    expect(names.filter((name) => name === MISMATCH.name)).toHaveLength(15);
    expect(names.filter((name) => name === LIMIT.name)).toHaveLength(85);
    await expect(verify("email", code)).rejects.toMatchObject(LIMIT);
  }, 60_000);

  it("allows no more guesses at one address to whoever proves the other", async () => {
    const SmsConfiguration = { SnsCallerArn: "arn:aws:iam::000000000000:role/sns" };
    const both = await makePool({ AutoVerifiedAttributes: ["email", "phone_number"], SmsConfiguration });
    const { ClientId } = await makeClient(both);
    await makeUser(both, "mallory", { email: "mallory@example.com", phone_number: "+15550001" });
    const { AccessToken } = (await signIn(ClientId, "mallory")).AuthenticationResult;
    const send = (AttributeName: string) => call("GetUserAttributeVerificationCode", { AccessToken, AttributeName });
    const answer = (AttributeName: string, Code: string) =>
      call("VerifyUserAttribute", { AccessToken, AttributeName, Code }).then(
        () => "verified",
        ({ name }) => name as string,
      );
    await send("phone_number");
    const wrong = (await codeSentTo("+15550001")) === "000000" ? "111111" : "000000";
    const outcomes: string[] = [];
    for (let round = 0; round < 2; round++) {
      for (let guess = 0; guess < 10; guess++) outcomes.push(await answer("phone_number", wrong));
      await send("email");
      outcomes.push(await answer("email", await codeSentTo("mallory@example.com")));
    }
    expect(outcomes.filter((each) => each === "CodeMismatchException")).toHaveLength(14);
    expect(outcomes.filter((each) => each === "verified")).toHaveLength(1);
  });

  it("takes no code for a value that the user has no more", async () => {
    const { ask, verify, update, attributes } = await plain.person("moved", { email: "moved@example.com" });
    await ask("email");
    const code = await codeSentTo("moved@example.com");
    await update({ email: "elsewhere.moved@example.com" });
    await expect(verify("email", code)).rejects.toMatchObject(EXPIRED);
    expect(await attributes()).toEqual({ email: "elsewhere.moved@example.com", email_verified: "false" });
  });

  it("refuses an alias that someone else has proven, and the code stays usable", async () => {
    const { pool, person } = await open({ AliasAttributes: ["email"] });
    await makeUser(pool, "first", proven("shared@example.com"));
    const { ask, verify, attributes } = await person("second", { email: "shared@example.com" });
    await ask("email");
    const code = await codeSentTo("shared@example.com");
    await expect(verify("email", code)).rejects.toMatchObject({
      name: "AliasExistsException",
      message: "An account with the email already exists.",
    });
    expect(await attributes()).toEqual({ email: "shared@example.com" });
    await call("AdminDeleteUser", { UserPoolId: pool, Username: "first" });
    await expect(verify("email", code)).resolves.toEqual({});
  });

  it("verifies nothing wherever the database fails, and works when tried again", async () => {
    const { ask, verify, attributes } = await plain.person("broken", { email: "broken@example.com" });
    await ask("email");
    const code = await codeSentTo("broken@example.com");
    for (const n of [1, 2, 3]) {
      const { result } = await interruptedAt(n, () => verify("email", code).catch((fault) => fault));
      expect(result).toMatchObject({ name: "InternalErrorException", status: 500 });
      expect(await attributes()).toEqual({ email: "broken@example.com" });
    }
    await verify("email", code);
    expect(await attributes()).toEqual(proven("broken@example.com"));
  });
});

describe("AdminUpdateUserAttributes and AdminDeleteUserAttributes", () => {
  const admin = (pool: string, Username: string, attributes: Record<string, string>) =>
    call("AdminUpdateUserAttributes", { UserPoolId: pool, Username, UserAttributes: list(attributes) });

  it("vouch for an address, without a code", async () => {
    const { pool, person } = await open({
      AutoVerifiedAttributes: ["email"],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ["email"] },
    });
    const { attributes } = await person("jane", proven("jane@example.com"));
    expect(await admin(pool, "jane", proven("vouched@example.org"))).toEqual({});
    expect(await attributes()).toEqual(proven("vouched@example.org"));
    expect(await outbox("vouched@example.org")).toEqual([]);
    await admin(pool, "jane", { email_verified: "False" });
    expect(await attributes()).toEqual({ email: "vouched@example.org", email_verified: "false" });
    await admin(pool, "jane", { email_verified: "true" });
    expect(await attributes()).toEqual(proven("vouched@example.org"));
    await expect(admin(pool, "jane", { phone_number_verified: "true" })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });

  it("send a code where they do not vouch, as for the user, and as often as they like", async () => {
    const { pool, person } = await open({ AutoVerifiedAttributes: ["email"] });
    const { verify, attributes } = await person("jane", proven("jane@example.com"));
    for (let at = 0; at < 6; at++) await admin(pool, "jane", { email: `unvouched${at}@example.org` });
    expect(await attributes()).toEqual({ email: "unvouched5@example.org", email_verified: "false" });
    await verify("email", await codeSentTo("unvouched5@example.org"));
    expect(await attributes()).toEqual(proven("unvouched5@example.org"));
  });

  it("write developer attributes and ignore what clients may, but not the schema", async () => {
    const { pool, person } = await open(
      { Schema: [{ Name: "score", AttributeDataType: "Number", DeveloperOnlyAttribute: true }] },
      { WriteAttributes: ["name"] },
    );
    const { attributes } = await person("jane");
    await admin(pool, "jane", { "dev:custom:score": "7", nickname: "J" });
    expect(await attributes()).toEqual({ "dev:custom:score": "7", nickname: "J" });
    const drop = (name: string) =>
      call("AdminDeleteUserAttributes", { UserPoolId: pool, Username: "jane", UserAttributeNames: [name] });
    await drop("dev:custom:score");
    expect(await attributes()).toEqual({ nickname: "J" });
    for (const name of ["sub", "custom:other"]) {
      await expect(drop(name)).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
    await expect(admin(pool, "nobody", { name: "N" })).rejects.toMatchObject({ name: "UserNotFoundException" });
  });
});
