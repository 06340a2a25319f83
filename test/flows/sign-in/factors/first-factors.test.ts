import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, PASSWORD } from "../../../client.ts";
import { makePasskeyUser, type PasskeyUser, register } from "../../../operations/passkeys/passkey-user.ts";
import { ADDRESSES, allowing, type Choice, makeChoice, newAddress, newName, newPhone } from "../choice.ts";

const PASSWORDS = ["PASSWORD_SRP", "PASSWORD"];
const SMS = { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" };
const nothing = {
  name: "NotAuthorizedException",
  message: "The user has no sign-in method that the user pool allows.",
};

let choice: Choice;
beforeAll(async () => {
  choice = await makeChoice({ SmsConfiguration: SMS, MfaConfiguration: "OPTIONAL" });
});

/** What a user is offered; undefined for one who is not offered a choice. */
const offered = async (name: string, where = choice): Promise<string[] | undefined> =>
  (await where.begin(name, { PREFERRED_CHALLENGE: "?" })).AvailableChallenges;

/** Puts something else into a user's row than operations would. */
const set = (column: "status" | "attributes" | "factors", name: string, value: string) =>
  env.DB.prepare(`update users set ${column} = ? where pool_id = ? and username = ?`)
    .bind(value, choice.pool, name)
    .run();

describe("[Amazon Cognito: choice-based sign-in] the first factors of a user", () => {
  it("are the passwords, and each address that they have a value of, verified or not", async () => {
    const [email, phone_number] = [newAddress(), newPhone()];
    for (const [attributes, expected] of [
      [{}, PASSWORDS],
      [{ email }, [...PASSWORDS, "EMAIL_OTP"]],
      [{ phone_number }, [...PASSWORDS, "SMS_OTP"]],
      [{ email: newAddress(), email_verified: "true", phone_number: newPhone() }, ADDRESSES],
    ] as const) {
      expect(await offered((await choice.user(attributes)).name)).toEqual(expected);
    }
  });

  it("are without passwords for who has none", async () => {
    const email = newAddress();
    expect(await offered(await choice.passwordless({ email }))).toEqual(["EMAIL_OTP"]);
    const both = await choice.passwordless({ email: newAddress(), phone_number: newPhone() });
    expect(await offered(both)).toEqual(["EMAIL_OTP", "SMS_OTP"]);
  });

  it.each([
    [["PASSWORD"], PASSWORDS],
    [
      ["PASSWORD", "EMAIL_OTP"],
      [...PASSWORDS, "EMAIL_OTP"],
    ],
    [
      ["SMS_OTP", "PASSWORD"],
      [...PASSWORDS, "SMS_OTP"],
    ],
  ])("are of those that the pool allows: %j", async (factors, expected) => {
    const where = await makeChoice(allowing(...factors));
    expect(await offered((await where.user()).name, where)).toEqual(expected);
  });

  it("are the passwords where the pool says nothing", async () => {
    const where = await makeChoice({ Policies: {} });
    expect(await offered((await where.user()).name, where)).toEqual(PASSWORDS);
  });

  it("are PASSWORD_SRP and PASSWORD alone while the password is temporary, whose right answer asks for another", async () => {
    const [Username, email] = [newName(), newAddress()];
    await call("AdminCreateUser", {
      UserPoolId: choice.pool,
      Username,
      TemporaryPassword: PASSWORD,
      MessageAction: "SUPPRESS",
      UserAttributes: [{ Name: "email", Value: email }],
    });
    expect(await offered(Username)).toEqual(PASSWORDS);
    const begun = await choice.begin(Username, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD });
    expect(begun.ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
  });

  it("are without codes for who is asked for a second factor, and lead to that", async () => {
    const { name } = await choice.user();
    const prefer = (Enabled: boolean) =>
      call("AdminSetUserMFAPreference", { UserPoolId: choice.pool, Username: name, SMSMfaSettings: { Enabled } });
    await prefer(true);
    expect(await offered(name)).toEqual(PASSWORDS);
    const begun = await choice.begin(name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD });
    expect(begun.ChallengeName).toBe("SMS_MFA");
    await prefer(false);
    expect(await offered(name)).toEqual(ADDRESSES);
  });

  it("are none for who has neither password nor address, nor for a stranger's user of another provider", async () => {
    const name = await choice.passwordless({ email: newAddress() });
    await set("status", name, "EXTERNAL_PROVIDER");
    await expect(choice.begin(name)).rejects.toMatchObject(nothing);
    await set("status", name, "CONFIRMED");
    await set("attributes", name, "{}");
    await expect(choice.begin(name)).rejects.toMatchObject(nothing);
  });
});

describe("a passkey", () => {
  const FACTOR = { FactorConfiguration: "MULTI_FACTOR_WITH_USER_VERIFICATION", UserVerification: "required" };
  let owner: PasskeyUser;
  let where: Choice;
  beforeAll(async () => {
    where = await makeChoice({ ...allowing("PASSWORD", "WEB_AUTHN"), SmsConfiguration: SMS });
    const { ClientId } = (
      await call("CreateUserPoolClient", {
        UserPoolId: where.pool,
        ClientName: "passwords",
        ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"],
      })
    ).UserPoolClient;
    owner = await makePasskeyUser({ pool: where.pool, client: ClientId });
    await register(owner);
  });
  const mfa = (MfaConfiguration: string) =>
    call("SetUserPoolMfaConfig", {
      UserPoolId: where.pool,
      MfaConfiguration,
      SmsMfaConfiguration: { SmsConfiguration: SMS },
      WebAuthnConfiguration: FACTOR,
    });
  const prefer = (settings: object) =>
    call("AdminSetUserMFAPreference", { UserPoolId: where.pool, Username: owner.name, ...settings });

  it("is offered to whom it belongs, where the pool allows it", async () => {
    expect(await offered(owner.name, where)).toEqual([...PASSWORDS, "WEB_AUTHN"]);
    expect(await offered((await where.user({})).name, where)).toEqual(PASSWORDS);
  });

  it("is offered to who is asked for a second factor only where it counts as both", async () => {
    await mfa("OPTIONAL");
    await call("AdminUpdateUserAttributes", {
      UserPoolId: where.pool,
      Username: owner.name,
      UserAttributes: [{ Name: "phone_number", Value: newPhone() }],
    });
    await prefer({ SMSMfaSettings: { Enabled: true } });
    expect(await offered(owner.name, where)).toEqual(PASSWORDS);
    await prefer({ WebAuthnMfaSettings: { Enabled: true } });
    expect(await offered(owner.name, where)).toEqual([...PASSWORDS, "WEB_AUTHN"]);
  });
});

describe("a pool that demands a second factor", () => {
  it("offers passwords, and asks for the second factor after them", async () => {
    const where = await makeChoice({ Policies: {} });
    await call("SetUserPoolMfaConfig", {
      UserPoolId: where.pool,
      MfaConfiguration: "ON",
      SoftwareTokenMfaConfiguration: { Enabled: true },
    });
    const { name } = await where.user();
    expect(await offered(name, where)).toEqual(PASSWORDS);
    const begun = await where.begin(name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD });
    expect(begun.ChallengeName).toBe("MFA_SETUP");
  });
});
