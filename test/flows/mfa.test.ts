import { describe, expect, it } from "vitest";
import type { Pool } from "../../src/directory/pools.ts";
import type { Factors, User } from "../../src/directory/users.ts";
import { poolFactors, settableFactors, usableFactors } from "../../src/flows/mfa.ts";

const SMS = { SmsConfiguration: { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" } };
const ALL = { ...SMS, mfa: { softwareToken: true, email: {} } };
const APP = { softwareToken: { seed: "sealed", step: 1 } };

const pool = (MfaConfiguration: "ON" | "OPTIONAL" | "OFF", settings: object = ALL) =>
  ({ settings: { MfaConfiguration, ...settings } }) as Pool;
const user = (factors: Factors, attributes: Record<string, string> = {}) => ({ factors, attributes }) as User;
const both = { phone_number: "+15550100001", email: "jane@example.com" };

describe("the factors of a pool", () => {
  it("are those that are configured, SMS wherever it can be sent unless it was left out", () => {
    expect(poolFactors(pool("ON"))).toEqual(["SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "SMS_MFA"]);
    expect(poolFactors(pool("ON", SMS))).toEqual(["SMS_MFA"]);
    expect(poolFactors(pool("ON", { ...SMS, mfa: { sms: false, softwareToken: true } }))).toEqual([
      "SOFTWARE_TOKEN_MFA",
    ]);
    expect(poolFactors(pool("OPTIONAL", { mfa: {} }))).toEqual([]);
  });
});

describe("the factors that a user can be asked for", () => {
  it("are those they have switched on, the preferred one first", () => {
    const mfa: Factors = { ...APP, mfa: ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"] };
    expect(usableFactors(pool("OPTIONAL"), user(mfa, both))).toEqual(["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]);
    const preferring: Factors = { ...mfa, preferred: "EMAIL_OTP" };
    expect(usableFactors(pool("OPTIONAL"), user(preferring, both))[0]).toBe("EMAIL_OTP");
    expect(usableFactors(pool("OPTIONAL"), user(APP, both))).toEqual([]);
  });

  it("are none where MFA is off", () => {
    expect(usableFactors(pool("OFF"), user({ ...APP, mfa: ["SOFTWARE_TOKEN_MFA"] }))).toEqual([]);
  });

  it("leave out what lost its address, preferred or not, and what the pool offers no more", () => {
    const mfa: Factors = { mfa: ["SMS_MFA", "EMAIL_OTP"], preferred: "SMS_MFA" };
    expect(usableFactors(pool("OPTIONAL"), user(mfa, { email: both.email }))).toEqual(["EMAIL_OTP"]);
    expect(usableFactors(pool("OPTIONAL", SMS), user(mfa, both))).toEqual(["SMS_MFA"]);
    expect(usableFactors(pool("OPTIONAL"), user(mfa))).toEqual([]);
  });

  it("keep an authenticator app where the pool offers apps no more, and miss one that is gone", () => {
    expect(usableFactors(pool("OPTIONAL", SMS), user({ ...APP, mfa: ["SOFTWARE_TOKEN_MFA"] }))).toEqual([
      "SOFTWARE_TOKEN_MFA",
    ]);
    expect(usableFactors(pool("OPTIONAL"), user({ mfa: ["SOFTWARE_TOKEN_MFA"] }))).toEqual([]);
  });

  it("are SMS where MFA is required of someone with a phone number and no other factor", () => {
    expect(usableFactors(pool("ON"), user({}, both))).toEqual(["SMS_MFA"]);
    expect(usableFactors(pool("ON"), user({ ...APP, mfa: ["SOFTWARE_TOKEN_MFA"] }, both))).toEqual([
      "SOFTWARE_TOKEN_MFA",
    ]);
    expect(usableFactors(pool("ON"), user({}, { email: both.email }))).toEqual([]);
    expect(usableFactors(pool("OPTIONAL"), user({}, both))).toEqual([]);
    expect(usableFactors(pool("ON", { mfa: { softwareToken: true } }), user({}, both))).toEqual([]);
  });
});

it("names for a set-up what the pool offers and the user has not", () => {
  expect(settableFactors(pool("ON"), user({}))).toEqual(["SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "SMS_MFA"]);
  expect(settableFactors(pool("ON"), user({ mfa: ["EMAIL_OTP"] }, both))).toEqual(["SOFTWARE_TOKEN_MFA", "SMS_MFA"]);
});
