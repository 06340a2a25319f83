import { describe, expect, it } from "vitest";
import type { Pool } from "../../../src/directory/pools.ts";
import { acrOf, acrsOf } from "../../../src/flows/authorization/authentication-level.ts";

const poolOf = (settings: Partial<Pool["settings"]>): Pool => ({ settings }) as Pool;

describe("the level of assurance of a sign-in", () => {
  it.each([
    [["pwd"], 1],
    [["otp"], 1],
    [[], 1],
    [["pop"], 1],
    [["pwd", "sms", "mfa"], 2],
    [["pwd", "swk", "mfa"], 2],
    [["pop", "otp", "mfa"], 2],
    [["pop", "user"], 3],
    [["pop", "user", "mfa"], 3],
  ])("by %j is %i", (amr, level) => {
    expect(acrOf(poolOf({}), amr)).toBe(`urn:cognito:loa:${level}`);
  });

  it("has the name that the pool gives it", () => {
    const pool = poolOf({ AcrConfiguration: { Level2: { AcrValue: "silver" } } });
    expect(acrOf(pool, ["pwd", "otp", "mfa"])).toBe("silver");
    expect(acrOf(pool, ["pwd"])).toBe("urn:cognito:loa:1");
  });

  it("can be reached as far as the pool lets its users prove themselves", () => {
    const SignInPolicy = { AllowedFirstAuthFactors: ["PASSWORD" as const, "WEB_AUTHN" as const] };
    const levels = (...numbers: number[]) => numbers.map((level) => `urn:cognito:loa:${level}`);
    expect(acrsOf(poolOf({}))).toEqual(levels(1));
    expect(acrsOf(poolOf({ MfaConfiguration: "OPTIONAL" }))).toEqual(levels(1, 2));
    expect(acrsOf(poolOf({ MfaConfiguration: "ON", Policies: { SignInPolicy } }))).toEqual(levels(1, 2, 3));
    expect(acrsOf(poolOf({ Policies: { SignInPolicy } }))).toEqual(levels(1, 3));
  });
});
