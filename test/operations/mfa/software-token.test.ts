import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { codeOf } from "../../authenticator-app.ts";
import { call, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { interruptedAt } from "../../interrupted.ts";
import { open, wrongCodes } from "./people.ts";

const MISMATCH = { name: "EnableSoftwareTokenMFAException", message: "Code mismatch" };
const LIMIT = { name: "LimitExceededException", message: "Attempt limit exceeded, please try after some time." };
const NONE = {
  name: "SoftwareTokenMFANotFoundException",
  message: "Software Token MFA has not been enabled by the userPool",
};
const APP = { SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } };

let optional: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  optional = await open("OPTIONAL");
});

const factorsOf = async (sub: string) =>
  JSON.parse(
    (await env.DB.prepare("select factors from users where sub = ?").bind(sub).first<string>("factors")) ?? "",
  );

describe("AssociateSoftwareToken and VerifySoftwareToken by access token", () => {
  it("give a seed, and take a code for proof that an app has it", async () => {
    const { mine, sub } = await optional.person();
    const associated = await mine("AssociateSoftwareToken");
    expect(associated).toEqual({ SecretCode: expect.stringMatching(/^[A-Z2-7]{32}$/) });
    const UserCode = await codeOf(associated.SecretCode);
    expect(await mine("VerifySoftwareToken", { UserCode, FriendlyDeviceName: "phone" })).toEqual({ Status: "SUCCESS" });
    expect(await factorsOf(sub)).toEqual({
      softwareToken: { seed: expect.any(String), name: "phone", step: expect.any(Number) },
    });
  });

  it("switch nothing on: that is SetUserMFAPreference's matter", async () => {
    const { name, app, chosen, mine } = await optional.person();
    await app();
    expect(await chosen()).toEqual({});
    expect(await signIn(optional.ClientId, name)).toHaveProperty("AuthenticationResult");
    await mine("SetUserMFAPreference", APP);
    expect(await signIn(optional.ClientId, name)).toMatchObject({ ChallengeName: "SOFTWARE_TOKEN_MFA" });
  });

  it("keep the seed nowhere but sealed, and write it in no log", async () => {
    const log = vi.spyOn(console, "log");
    const { mine, sub } = await optional.person();
    const { SecretCode } = await mine("AssociateSoftwareToken");
    const pending = JSON.stringify(await factorsOf(sub));
    const UserCode = await codeOf(SecretCode);
    const [wrong] = await wrongCodes(SecretCode);
    await expect(mine("VerifySoftwareToken", { UserCode: wrong })).rejects.toMatchObject(MISMATCH);
    await mine("VerifySoftwareToken", { UserCode });
    const kept = JSON.stringify(await factorsOf(sub));
    const lines = log.mock.calls.flat().join("\n");
    log.mockRestore();
    expect(pending).toContain("pendingToken");
    expect(kept).not.toContain("pendingToken");
    expect(lines).toContain("VerifySoftwareToken");
    for (const text of [pending, kept, lines]) {
      expect(text).not.toContain(SecretCode);
      expect(text).not.toContain(UserCode);
    }
  });

  it("leave the app in force until another is proven, and take none but the newest seed for that", async () => {
    const { name, mine, app } = await optional.person();
    const old = await app();
    await mine("SetUserMFAPreference", APP);
    const { SecretCode: given } = await mine("AssociateSoftwareToken");
    const { SecretCode: newest } = await mine("AssociateSoftwareToken");
    const verify = async (seed: string) => mine("VerifySoftwareToken", { UserCode: await codeOf(seed, -1) });
    await expect(verify(old)).rejects.toMatchObject(MISMATCH);
    await expect(verify(given)).rejects.toMatchObject(MISMATCH);
    const passes = async (seed: string) => {
      const { Session } = await signIn(optional.ClientId, name);
      const responses = { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE: await codeOf(seed) };
      return call("RespondToAuthChallenge", {
        ClientId: optional.ClientId,
        ChallengeName: "SOFTWARE_TOKEN_MFA",
        Session,
        ChallengeResponses: responses,
      });
    };
    expect(await passes(old)).toHaveProperty("AuthenticationResult");
    await verify(newest);
    await expect(passes(old)).rejects.toMatchObject({ name: "CodeMismatchException" });
    expect(await passes(newest)).toHaveProperty("AuthenticationResult");
  });

  it("[RFC 6238 §5.2] use the code up that proved the app: no sign-in takes it", async () => {
    const { name, mine } = await optional.person();
    const { SecretCode } = await mine("AssociateSoftwareToken");
    const UserCode = await codeOf(SecretCode);
    await mine("VerifySoftwareToken", { UserCode });
    await mine("SetUserMFAPreference", APP);
    const { Session } = await signIn(optional.ClientId, name);
    await expect(
      call("RespondToAuthChallenge", {
        ClientId: optional.ClientId,
        ChallengeName: "SOFTWARE_TOKEN_MFA",
        Session,
        ChallengeResponses: { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE: UserCode },
      }),
    ).rejects.toMatchObject({ name: "ExpiredCodeException" });
  });

  it("take one of 100 right codes at once", async () => {
    const { mine, sub } = await optional.person();
    const { SecretCode } = await mine("AssociateSoftwareToken");
    const UserCode = await codeOf(SecretCode);
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, (_, n) => mine("VerifySoftwareToken", { UserCode, FriendlyDeviceName: `app ${n}` })),
    );
    const taken = results.flatMap(({ status }, n) => (status === "fulfilled" ? [`app ${n}`] : []));
    expect(taken).toHaveLength(1);
    expect((await factorsOf(sub)).softwareToken.name).toBe(taken[0]);
    const names = new Set(results.map((result) => (result.status === "rejected" ? result.reason.name : "")));
    names.delete("");
    for (const name of names) expect([MISMATCH.name, LIMIT.name, "TooManyRequestsException"]).toContain(name);
  });

  it("judge 15 of 100 wrong codes at once, and then not the right one, until an hour has passed", async () => {
    const { mine } = await optional.person();
    const { SecretCode } = await mine("AssociateSoftwareToken");
    const guesses = await wrongCodes(SecretCode, 100);
    const results = await Promise.allSettled(guesses.map((UserCode) => mine("VerifySoftwareToken", { UserCode })));
    const names = results.map((result) => result.status === "rejected" && result.reason.name);
    expect(names.filter((name) => name === MISMATCH.name)).toHaveLength(15);
    expect(names.filter((name) => name === LIMIT.name)).toHaveLength(85);
    const UserCode = await codeOf(SecretCode);
    await expect(mine("VerifySoftwareToken", { UserCode })).rejects.toMatchObject(LIMIT);
    await env.DB.prepare("update attempts set since = since - 3600000 where kind = 'verify-software-token'").run();
    expect(await mine("VerifySoftwareToken", { UserCode })).toEqual({ Status: "SUCCESS" });
  });

  it("forget wrong codes once a right one came", async () => {
    const { mine } = await optional.person();
    for (let round = 0; round < 2; round++) {
      const { SecretCode } = await mine("AssociateSoftwareToken");
      for (const UserCode of await wrongCodes(SecretCode, 9)) {
        await expect(mine("VerifySoftwareToken", { UserCode })).rejects.toMatchObject(MISMATCH);
      }
      await mine("VerifySoftwareToken", { UserCode: await codeOf(SecretCode) });
    }
  });

  it("refuse a code where no seed waits, and one that is no six digits", async () => {
    const { mine, app } = await optional.person();
    await expect(mine("VerifySoftwareToken", { UserCode: "123456" })).rejects.toMatchObject(MISMATCH);
    const seed = await app();
    await expect(mine("VerifySoftwareToken", { UserCode: await codeOf(seed) })).rejects.toMatchObject(MISMATCH);
    for (const UserCode of ["12345", "1234567", "12345a"]) {
      await expect(mine("VerifySoftwareToken", { UserCode })).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
    }
  });

  it("refuse a name of the app that is longer than 256 characters", async () => {
    const { mine } = await optional.person();
    const { SecretCode } = await mine("AssociateSoftwareToken");
    const verify = async (length: number) =>
      mine("VerifySoftwareToken", { UserCode: await codeOf(SecretCode), FriendlyDeviceName: "é".repeat(length) });
    await expect(verify(257)).rejects.toMatchObject({ name: "InvalidParameterException" });
    expect(await verify(256)).toEqual({ Status: "SUCCESS" });
  });

  it("refuse where the pool does not offer apps, from the moment that it does not", async () => {
    const closing = await open("OPTIONAL");
    const { mine } = await closing.person();
    const { SecretCode } = await mine("AssociateSoftwareToken");
    await closing.configure("OPTIONAL", { EmailMfaConfiguration: {} });
    await expect(mine("AssociateSoftwareToken")).rejects.toMatchObject(NONE);
    await expect(mine("VerifySoftwareToken", { UserCode: await codeOf(SecretCode) })).rejects.toMatchObject(NONE);
  });

  it("ask for an access token or a session, and not both", async () => {
    const { AccessToken } = await optional.person();
    const Session = "x".repeat(20);
    for (const by of [{}, { AccessToken, Session }]) {
      await expect(call("AssociateSoftwareToken", by)).rejects.toMatchObject({ name: "InvalidParameterException" });
      await expect(call("VerifySoftwareToken", { UserCode: "123456", ...by })).rejects.toMatchObject({
        name: "InvalidParameterException",
      });
    }
    await expect(call("AssociateSoftwareToken", { AccessToken: "nonsense" })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Invalid Access Token",
    });
  });

  it("change nothing wherever the database fails, and work when tried again", async () => {
    const { mine, sub } = await optional.person();
    const { SecretCode } = await mine("AssociateSoftwareToken");
    const before = await factorsOf(sub);
    for (const n of [1, 2, 3]) {
      const verify = async () => mine("VerifySoftwareToken", { UserCode: await codeOf(SecretCode) });
      const { result } = await interruptedAt(n, () => verify().catch((fault) => fault));
      expect(result).toMatchObject({ name: "InternalErrorException", status: 500 });
      expect(await factorsOf(sub)).toEqual(before);
    }
    await mine("VerifySoftwareToken", { UserCode: await codeOf(SecretCode) });
  });

  it("take two hops for a seed, three for its proof", async () => {
    const { mine, app } = await optional.person();
    const costs = await costsOf(() => app());
    expect(costs.map(({ operation, hops }) => [operation, hops])).toEqual([
      ["AssociateSoftwareToken", 2],
      ["VerifySoftwareToken", 3],
    ]);
    const [refused] = await costsOf(() => mine("VerifySoftwareToken", { UserCode: "000000" }).catch(() => undefined));
    expect(refused?.hops).toBe(2);
  });
});

describe("AdminDeleteSoftwareToken", () => {
  it("takes the app from its user, who can set up another", async () => {
    const { name, app, admin, mine, chosen } = await optional.person();
    await app();
    await mine("SetUserMFAPreference", APP);
    expect(await admin("AdminDeleteSoftwareToken")).toEqual({});
    expect(await chosen()).toEqual({});
    expect(await signIn(optional.ClientId, name)).toHaveProperty("AuthenticationResult");
    await expect(mine("SetUserMFAPreference", APP)).rejects.toMatchObject({ name: "InvalidParameterException" });
    await app();
    await mine("SetUserMFAPreference", APP);
  });

  it("voids a seed that waits for its proof, and leaves other factors", async () => {
    const { app, admin, mine, chosen } = await optional.person({ phone_number: "+15550110001" });
    await app();
    await mine("SetUserMFAPreference", { ...APP, SMSMfaSettings: { Enabled: true } });
    const { SecretCode } = await mine("AssociateSoftwareToken");
    await admin("AdminDeleteSoftwareToken");
    expect(await chosen()).toMatchObject({ UserMFASettingList: ["SMS_MFA"], PreferredMfaSetting: undefined });
    await expect(mine("VerifySoftwareToken", { UserCode: await codeOf(SecretCode) })).rejects.toMatchObject(MISMATCH);
  });

  it("leaves a user without app as they are, and tells of one who does not exist", async () => {
    const { admin, sub } = await optional.person();
    expect(await admin("AdminDeleteSoftwareToken")).toEqual({});
    expect(await factorsOf(sub)).toEqual({});
    await expect(admin("AdminDeleteSoftwareToken", { Username: "nobody" })).rejects.toMatchObject({
      name: "UserNotFoundException",
    });
  });
});
