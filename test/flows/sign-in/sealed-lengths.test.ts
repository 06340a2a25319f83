import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser } from "../../client.ts";
import { openSrp } from "../../srp-client.ts";

/** Parts of a sealed text are a character shorter now and then, whoever it is for: the longest of some is compared. */
const SOME = 40;
/** An address is not sent more in an hour. */
const CODES = 18;

describe("what is sealed for someone who does not exist", () => {
  let pool: string;
  let ClientId: string;
  beforeAll(async () => {
    pool = await makePool({
      Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"] } },
    });
    await call("SetUserPoolMfaConfig", {
      UserPoolId: pool,
      MfaConfiguration: "OFF",
      WebAuthnConfiguration: { RelyingPartyId: "login.example.com" },
    });
    const ExplicitAuthFlows = ["ALLOW_USER_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"];
    ({ ClientId } = await makeClient(pool, { PreventUserExistenceErrors: "ENABLED", ExplicitAuthFlows }));
    await makeUser(pool, "jane", { email: "somebody-with-a-long-address@subdomain.example.com" });
  });

  const longest = async (AuthFlow: string, AuthParameters: Record<string, string>) => {
    const lengths = [];
    for (let at = 0; at < (AuthParameters.PREFERRED_CHALLENGE === "EMAIL_OTP" ? CODES : SOME); at++) {
      const asked = await call("InitiateAuth", { ClientId, AuthFlow, AuthParameters });
      lengths.push(((asked.Session ?? asked.ChallengeParameters.SECRET_BLOCK) as string).length);
    }
    return Math.max(...lengths);
  };

  it.each([
    ["USER_SRP_AUTH", { SRP_A: openSrp("us-east-1_x").SRP_A }],
    ["USER_AUTH", {}],
    ["USER_AUTH", { PREFERRED_CHALLENGE: "EMAIL_OTP" }],
    ["USER_AUTH", { PREFERRED_CHALLENGE: "PASSWORD" }],
    ["USER_AUTH", { PREFERRED_CHALLENGE: "PASSWORD_SRP" }],
  ])("is as long as for a user, where the client hides users: %s %o", async (flow, parameters) => {
    const known = await longest(flow, { USERNAME: "jane", ...parameters });
    expect(await longest(flow, { USERNAME: "june", ...parameters })).toBe(known);
  });
});
