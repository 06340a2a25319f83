import { describe, expect, it } from "vitest";
import { call, makePool } from "../../client.ts";

const SENDER = { SnsCallerArn: "arn:aws:iam::000000000000:role/sms", ExternalId: "external", SnsRegion: "eu-west-1" };
const SMS = { SmsMfaConfiguration: { SmsAuthenticationMessage: "Enter {####}", SmsConfiguration: SENDER } };
const APP = { SoftwareTokenMfaConfiguration: { Enabled: true } };
const MAIL = { EmailMfaConfiguration: { Message: "<p>Enter {####}</p>", Subject: "Enter" } };
const PASSKEYS = {
  WebAuthnConfiguration: {
    RelyingPartyId: "login.example.com",
    UserVerification: "required",
    FactorConfiguration: "MULTI_FACTOR_WITH_USER_VERIFICATION",
  },
};

const set = (UserPoolId: string, config: object) => call("SetUserPoolMfaConfig", { UserPoolId, ...config });
const get = (UserPoolId: string) => call("GetUserPoolMfaConfig", { UserPoolId });
const describePool = async (UserPoolId: string) => (await call("DescribeUserPool", { UserPoolId })).UserPool;
const first = (...AllowedFirstAuthFactors: string[]) => ({ Policies: { SignInPolicy: { AllowedFirstAuthFactors } } });
const invalid = (message: string) => ({ name: "InvalidParameterException", message });

describe("SetUserPoolMfaConfig", () => {
  it.each([
    ["all", { MfaConfiguration: "OPTIONAL", ...SMS, ...APP, ...MAIL, ...PASSKEYS }],
    ["apps", { MfaConfiguration: "ON", ...APP }],
    ["mail in Cognito's own words", { MfaConfiguration: "ON", EmailMfaConfiguration: {} }],
    ["SMS", { MfaConfiguration: "ON", ...SMS }],
    ["none", { MfaConfiguration: "OFF" }],
  ])("answers with what it has set, and so does GetUserPoolMfaConfig: %s", async (_, config) => {
    const pool = await makePool();
    expect(await set(pool, config)).toEqual(config);
    expect(await get(pool)).toEqual(config);
    expect(await describePool(pool)).toMatchObject({ MfaConfiguration: config.MfaConfiguration });
  });

  it("is the same as CreateUserPool and UpdateUserPool where they know what it sets", async () => {
    const pool = await makePool({
      MfaConfiguration: "OPTIONAL",
      SmsConfiguration: SENDER,
      SmsAuthenticationMessage: "First {####}",
    });
    expect(await get(pool)).toEqual({
      MfaConfiguration: "OPTIONAL",
      SmsMfaConfiguration: { SmsAuthenticationMessage: "First {####}", SmsConfiguration: SENDER },
    });
    await set(pool, { MfaConfiguration: "ON", ...SMS });
    expect(await describePool(pool)).toMatchObject({
      MfaConfiguration: "ON",
      SmsConfiguration: SENDER,
      SmsAuthenticationMessage: "Enter {####}",
    });
  });

  it("switches off what is left out, and MFA where no mode is said", async () => {
    const pool = await makePool();
    await set(pool, { MfaConfiguration: "ON", ...SMS, ...APP, ...MAIL });
    expect(await set(pool, { MfaConfiguration: "ON", ...APP })).toEqual({ MfaConfiguration: "ON", ...APP });
    expect(await set(pool, {})).toEqual({ MfaConfiguration: "OFF" });
    expect(await set(pool, { MfaConfiguration: "ON", ...MAIL, SoftwareTokenMfaConfiguration: {} })).toEqual({
      MfaConfiguration: "ON",
      ...MAIL,
    });
  });

  it("leaves the pool its way to send SMS where they are no factor, and takes it for a factor that brings none", async () => {
    const pool = await makePool({ SmsConfiguration: SENDER });
    await set(pool, { MfaConfiguration: "OPTIONAL", ...APP });
    expect(await describePool(pool)).toMatchObject({ SmsConfiguration: SENDER });
    expect(await get(pool)).not.toHaveProperty("SmsMfaConfiguration");
    await set(pool, { MfaConfiguration: "OPTIONAL", SmsMfaConfiguration: {} });
    expect(await get(pool)).toEqual({
      MfaConfiguration: "OPTIONAL",
      SmsMfaConfiguration: { SmsConfiguration: SENDER },
    });
  });

  it("leaves what it knows of passkeys where nothing is said of them", async () => {
    const pool = await makePool();
    await set(pool, PASSKEYS);
    await set(pool, { MfaConfiguration: "ON", ...APP });
    expect(await get(pool)).toMatchObject(PASSKEYS);
    await set(pool, { WebAuthnConfiguration: { RelyingPartyId: "example.com" } });
    expect(await get(pool)).toEqual({
      MfaConfiguration: "OFF",
      WebAuthnConfiguration: { RelyingPartyId: "example.com", UserVerification: "preferred" },
    });
  });

  it("loses no setting of UpdateUserPool, nor that one any of its own", async () => {
    const pool = await makePool({ EmailVerificationSubject: "Subject", UserPoolTags: { team: "identity" } });
    await set(pool, { MfaConfiguration: "OPTIONAL", ...SMS, ...APP });
    const before = await describePool(pool);
    expect(before).toMatchObject({ EmailVerificationSubject: "Subject", UserPoolTags: { team: "identity" } });
    // Describing a pool and sending it back changes nothing.
    const { MfaConfiguration, SmsConfiguration, SmsAuthenticationMessage, EmailVerificationSubject, UserPoolTags } =
      before;
    await call("UpdateUserPool", {
      UserPoolId: pool,
      MfaConfiguration,
      SmsConfiguration,
      SmsAuthenticationMessage,
      EmailVerificationSubject,
      UserPoolTags,
    });
    expect(await get(pool)).toEqual({ MfaConfiguration: "OPTIONAL", ...SMS, ...APP });
    expect({ ...(await describePool(pool)), LastModifiedDate: 0 }).toEqual({ ...before, LastModifiedDate: 0 });
  });

  it("keeps SMS off as a factor when the pool is sent back, as long as there is another", async () => {
    const pool = await makePool({ SmsConfiguration: SENDER });
    const update = () => call("UpdateUserPool", { UserPoolId: pool, MfaConfiguration: "ON", SmsConfiguration: SENDER });
    await set(pool, { MfaConfiguration: "ON", ...APP });
    await update();
    expect(await get(pool)).toEqual({ MfaConfiguration: "ON", ...APP });
    await set(pool, { MfaConfiguration: "OFF" });
    await update();
    expect(await get(pool)).toEqual({ MfaConfiguration: "ON", SmsMfaConfiguration: { SmsConfiguration: SENDER } });
  });

  it.each(["ON", "OPTIONAL"])("refuses %s without a factor, and SMS without a way to send them", async (mode) => {
    const pool = await makePool({ SmsConfiguration: SENDER });
    const none = invalid("Invalid MFA Configuration given. SMS MFA, Email MFA, or Software Token MFA must be enabled.");
    await expect(set(pool, { MfaConfiguration: mode })).rejects.toMatchObject(none);
    await expect(
      set(pool, { MfaConfiguration: mode, SoftwareTokenMfaConfiguration: { Enabled: false } }),
    ).rejects.toMatchObject(none);
    await expect(set(pool, { MfaConfiguration: mode, ...PASSKEYS })).rejects.toMatchObject(none);
    const mute = await makePool();
    await expect(set(mute, { MfaConfiguration: mode, ...APP, SmsMfaConfiguration: {} })).rejects.toMatchObject(
      invalid("SmsConfiguration is required for SMS MFA."),
    );
    expect(await get(mute)).toEqual({ MfaConfiguration: "OFF" });
  });

  it("refuses a factor beside OFF, which passkeys are none of", async () => {
    const pool = await makePool({ SmsConfiguration: SENDER });
    await set(pool, { MfaConfiguration: "ON", ...APP });
    const both = invalid("Invalid MFA configuration given, can't turn off MFA and configure an MFA together.");
    for (const factor of [SMS, APP, MAIL, { SoftwareTokenMfaConfiguration: { Enabled: false } }]) {
      await expect(set(pool, { MfaConfiguration: "OFF", ...factor })).rejects.toMatchObject(both);
      await expect(set(pool, factor)).rejects.toMatchObject(both);
    }
    expect(await get(pool)).toEqual({ MfaConfiguration: "ON", ...APP });
    expect(await set(pool, { MfaConfiguration: "OFF", ...PASSKEYS })).toEqual({ MfaConfiguration: "OFF", ...PASSKEYS });
  });

  it("refuses ON beside first factors that are codes, from either side", async () => {
    const fault = invalid(
      "Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled",
    );
    for (const factor of ["EMAIL_OTP", "SMS_OTP"]) {
      const pool = await makePool(first("PASSWORD", factor));
      await expect(set(pool, { MfaConfiguration: "ON", ...APP })).rejects.toMatchObject(fault);
      await set(pool, { MfaConfiguration: "OPTIONAL", ...APP });
      const strict = await makePool();
      await set(strict, { MfaConfiguration: "ON", ...APP });
      await expect(
        call("UpdateUserPool", { UserPoolId: strict, MfaConfiguration: "ON", ...first("PASSWORD", factor) }),
      ).rejects.toMatchObject(fault);
    }
  });

  it("refuses ON beside passkeys as a single factor, from either side, and takes OPTIONAL", async () => {
    const single = { WebAuthnConfiguration: { FactorConfiguration: "SINGLE_FACTOR" } };
    const fault = invalid(
      "Cannot set WebAuthn factor configuration to SINGLE_FACTOR if MFA is required and WebAuthn is an allowed first auth factor",
    );
    const pool = await makePool(first("PASSWORD", "WEB_AUTHN"));
    await expect(set(pool, { MfaConfiguration: "ON", ...APP, ...single })).rejects.toMatchObject(fault);
    await set(pool, { MfaConfiguration: "OPTIONAL", ...APP, ...single });
    await set(pool, { MfaConfiguration: "ON", ...APP, ...PASSKEYS });
    const strict = await makePool();
    await set(strict, { MfaConfiguration: "ON", ...APP, ...single });
    await expect(
      call("UpdateUserPool", { UserPoolId: strict, MfaConfiguration: "ON", ...first("PASSWORD", "WEB_AUTHN") }),
    ).rejects.toMatchObject(fault);
  });

  it("refuses what the pool's plan does not have", async () => {
    const pool = await makePool({ UserPoolTier: "LITE" });
    const beyond = { name: "FeatureUnavailableInTierException" };
    await expect(set(pool, { MfaConfiguration: "ON", ...MAIL })).rejects.toMatchObject(beyond);
    await expect(set(pool, PASSKEYS)).rejects.toMatchObject(beyond);
    await set(pool, { MfaConfiguration: "ON", ...APP });
  });

  it.each(["", "https://example.com", "example.com:443", "192.0.2.1", "-a.example", "a..example", "exämple.com"])(
    "refuses the relying party %j",
    async (RelyingPartyId) => {
      const pool = await makePool();
      await expect(set(pool, { WebAuthnConfiguration: { RelyingPartyId } })).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
      expect(await get(pool)).toEqual({ MfaConfiguration: "OFF" });
    },
  );

  it("takes a host without dots for a relying party, as on a developer's machine", async () => {
    const WebAuthnConfiguration = { RelyingPartyId: "localhost", UserVerification: "preferred" };
    expect(await set(await makePool(), { WebAuthnConfiguration })).toMatchObject({ WebAuthnConfiguration });
  });

  it("refuses messages without a place for the code", async () => {
    const pool = await makePool();
    const messages = [
      { EmailMfaConfiguration: { Message: "no code here" } },
      { SmsMfaConfiguration: { SmsAuthenticationMessage: "no code here" } },
    ];
    for (const message of messages) {
      const config = { MfaConfiguration: "OPTIONAL", ...APP, ...message };
      await expect(set(pool, config)).rejects.toMatchObject({
        name: "InvalidParameterException",
        message: expect.stringContaining("constraint"),
      });
    }
  });

  it("tells who lost a race, and of a pool that does not exist", async () => {
    const pool = await makePool();
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) =>
        set(pool, { MfaConfiguration: "ON", EmailMfaConfiguration: { Subject: `s${n}` } }),
      ),
    );
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason.name).toBe("ConcurrentModificationException");
    }
    const { EmailMfaConfiguration } = await get(pool);
    expect(results[Number(EmailMfaConfiguration.Subject.slice(1))]?.status).toBe("fulfilled");
    const nobody = { name: "ResourceNotFoundException" };
    await expect(set("us-east-1_Nobody000", {})).rejects.toMatchObject(nobody);
    await expect(get("us-east-1_Nobody000")).rejects.toMatchObject(nobody);
  });
});
