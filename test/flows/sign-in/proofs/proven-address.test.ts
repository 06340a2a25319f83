import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { call, codeSentTo, makeClient, makePool, makeUser, PASSWORD, signIn } from "../../../client.ts";
import { costsOf } from "../../../cost.ts";
import { wrongCode } from "../../../operations/wrong-code.ts";
import { OWN_MAIL, SENDER } from "../../../factors.ts";
import { allowing, type Choice, FACTORS, listOf, makeChoice, newAddress, newName, newPhone } from "../choice.ts";

const attributesOf = async (UserPoolId: string, Username: string): Promise<Record<string, string>> => {
  const { UserAttributes, UserStatus } = await call("AdminGetUser", { UserPoolId, Username });
  const attributes = UserAttributes.map(({ Name, Value }: { Name: string; Value: string }) => [Name, Value]);
  return { status: UserStatus, ...Object.fromEntries(attributes) };
};
const answer = (ClientId: string, ChallengeName: string, Session: string, ChallengeResponses: object) =>
  call("RespondToAuthChallenge", { ClientId, ChallengeName, Session, ChallengeResponses });

/** A pool that asks for a code after a password, by SMS or by mail. */
async function mfaPool(settings: object = {}) {
  const pool = await makePool({ ...OWN_MAIL, ...settings });
  await call("SetUserPoolMfaConfig", {
    UserPoolId: pool,
    MfaConfiguration: "OPTIONAL",
    EmailMfaConfiguration: {},
    SmsMfaConfiguration: { SmsConfiguration: SENDER },
  });
  return { pool, client: (await makeClient(pool)).ClientId };
}

const FACTOR = {
  SMS_MFA: { attribute: "phone_number", settings: "SMSMfaSettings", fresh: newPhone },
  EMAIL_OTP: { attribute: "email", settings: "EmailMfaSettings", fresh: newAddress },
} as const;

/** Somebody who is asked for a code at this address. */
async function asked(pool: string, factor: keyof typeof FACTOR, address: string): Promise<string> {
  const { attribute, settings } = FACTOR[factor];
  const Username = newName();
  await makeUser(pool, Username, { [attribute]: address });
  await call("AdminSetUserMFAPreference", { UserPoolId: pool, Username, [settings]: { Enabled: true } });
  return Username;
}

/** Signs in by password and the code that is sent. */
async function byCode(client: string, name: string, factor: keyof typeof FACTOR, address: string) {
  const { Session } = await signIn(client, name);
  return answer(client, factor, Session, { USERNAME: name, [`${factor}_CODE`]: await codeSentTo(address) });
}

describe.each(["SMS_MFA", "EMAIL_OTP"] as const)("[Cognito] %s as the second factor", (factor) => {
  const { attribute, fresh } = FACTOR[factor];
  const verified = `${attribute}_verified`;

  it("verifies the address by its right code, and by no wrong one", async () => {
    const { pool, client } = await mfaPool();
    const address = fresh();
    const name = await asked(pool, factor, address);
    const { Session } = await signIn(client, name);
    const code = await codeSentTo(address);
    const wrong = { USERNAME: name, [`${factor}_CODE`]: wrongCode(code) };
    await expect(answer(client, factor, Session, wrong)).rejects.toMatchObject({ name: "CodeMismatchException" });
    expect((await attributesOf(pool, name))[verified]).not.toBe("true");
    const { AuthenticationResult } = await answer(client, factor, Session, {
      USERNAME: name,
      [`${factor}_CODE`]: code,
    });
    expect(decodeJwt(AuthenticationResult.IdToken)[verified]).toBe(true);
    expect(await attributesOf(pool, name)).toMatchObject({ [attribute]: address, [verified]: "true" });
  });

  it("makes it a name to sign in with where it is an alias, unless somebody else has that name", async () => {
    const { pool, client } = await mfaPool({ AliasAttributes: [attribute] });
    const address = fresh();
    const [name, late] = [await asked(pool, factor, address), await asked(pool, factor, address)];
    await byCode(client, name, factor, address);
    const { ChallengeParameters } = await signIn(client, address);
    expect(ChallengeParameters.USER_ID_FOR_SRP).toBe(name);

    expect(await byCode(client, late, factor, address)).toHaveProperty("AuthenticationResult");
    expect((await attributesOf(pool, late))[verified]).not.toBe("true");
    expect((await attributesOf(pool, name))[verified]).toBe("true");
  });

  it("takes two hops, and where the address is an alias a third the first time", async () => {
    for (const [settings, hops] of [
      [{}, [2, 2]],
      [{ AliasAttributes: [attribute] }, [3, 2]],
    ] as const) {
      const { pool, client } = await mfaPool(settings);
      const address = fresh();
      const name = await asked(pool, factor, address);
      const costs = [];
      for (let n = 0; n < 2; n++) {
        const { Session } = await signIn(client, name);
        const right = { USERNAME: name, [`${factor}_CODE`]: await codeSentTo(address) };
        costs.push(...(await costsOf(() => answer(client, factor, Session, right))));
      }
      expect(costs.map((each) => each.hops)).toEqual(hops);
    }
  });
});

describe.each([
  ["EMAIL_OTP", "email", "email"],
  ["SMS_OTP", "phone", "phone_number"],
] as const)("[Cognito] %s as the first factor", (factor, at, attribute) => {
  const verified = `${attribute}_verified`;
  let choice: Choice;
  beforeAll(async () => {
    choice = await makeChoice();
  });

  const enter = async (where: Choice, name: string, address: string) => {
    const { Session } = await where.begin(name, { PREFERRED_CHALLENGE: factor });
    return where.answer(factor, Session, { USERNAME: name, [`${factor}_CODE`]: await codeSentTo(address) });
  };

  it("verifies the address", async () => {
    const user = await choice.user();
    const { AuthenticationResult } = await enter(choice, user.name, user[at]);
    expect(decodeJwt(AuthenticationResult.IdToken)[verified]).toBe(true);
    const others = { email: "phone_number_verified", phone: "email_verified" }[at];
    const now = await attributesOf(choice.pool, user.name);
    expect(now[verified]).toBe("true");
    expect(now[others]).not.toBe("true");
  });

  it("confirms who has signed up", async () => {
    const address = FACTOR[factor === "EMAIL_OTP" ? "EMAIL_OTP" : "SMS_MFA"].fresh();
    const Username = newName();
    await call("SignUp", {
      ClientId: choice.client,
      Username,
      Password: PASSWORD,
      UserAttributes: listOf({ [attribute]: address }),
    });
    expect((await attributesOf(choice.pool, Username)).status).toBe("UNCONFIRMED");
    expect(await enter(choice, Username, address)).toHaveProperty("AuthenticationResult");
    expect(await attributesOf(choice.pool, Username)).toMatchObject({ status: "CONFIRMED", [verified]: "true" });
  });

  it("takes away the password of a sign-up that nobody confirmed: another may have chosen it for this address", async () => {
    const address = FACTOR[factor === "EMAIL_OTP" ? "EMAIL_OTP" : "SMS_MFA"].fresh();
    const Username = newName();
    const UserAttributes = listOf({ [attribute]: address });
    await call("SignUp", { ClientId: choice.client, Username, Password: PASSWORD, UserAttributes });
    await enter(choice, Username, address);
    const AuthParameters = { USERNAME: Username, PREFERRED_CHALLENGE: "PASSWORD", PASSWORD };
    const begun = await call("InitiateAuth", { ClientId: choice.client, AuthFlow: "USER_AUTH", AuthParameters });
    expect(begun.AvailableChallenges).not.toContain("PASSWORD");
    expect(begun).not.toHaveProperty("AuthenticationResult");
  });

  it("lets in whose address is somebody else's name, and leaves it unverified", async () => {
    const where = await makeChoice({ ...allowing(...FACTORS), AliasAttributes: [attribute] });
    const first = await where.user();
    const second = await where.user({ [attribute]: first[at] });
    await enter(where, first.name, first[at]);
    expect(await enter(where, second.name, first[at])).toHaveProperty("AuthenticationResult");
    expect((await attributesOf(where.pool, second.name))[verified]).not.toBe("true");
  });
});
