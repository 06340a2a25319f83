import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, PASSWORD, signIn } from "../../../client.ts";
import { costsOf } from "../../../cost.ts";
import { codeOf } from "../../../authenticator-app.ts";
import { openSrp } from "../../../srp-client.ts";
import { makeChoice } from "../choice.ts";
import { customPool, RIGHT } from "../custom-pool.ts";
import { USED } from "../refusals.ts";

const FOREIGN = { name: "NotAuthorizedException", message: "Invalid session for the user." };
const WRONG = { name: "NotAuthorizedException", message: "Incorrect username or password." };

/** Tries that are counted of a user, by kind. */
const counted = async (sub: string) => {
  const { results } = await env.DB.prepare("select kind, count from attempts where subject = ?")
    .bind(sub)
    .all<{ kind: string; count: number }>();
  return Object.fromEntries(results.map(({ kind, count }) => [kind, count]));
};

describe("an answer in the name of somebody else", () => {
  let pool: string;
  let client: string;
  beforeAll(async () => {
    pool = await makePool({ AliasAttributes: ["email"] });
    client = (await makeClient(pool, { PreventUserExistenceErrors: "ENABLED" })).ClientId;
  });
  const newUser = async () => {
    const name = `u${crypto.randomUUID()}`;
    const email = `${name}@example.com`;
    return { name, email, sub: await makeUser(pool, name, { email, email_verified: "true" }) };
  };
  const begin = async (USERNAME: string) => {
    const { SRP_A, answer } = openSrp(pool);
    const AuthParameters = { USERNAME, SRP_A };
    const { ChallengeParameters } = await call("InitiateAuth", {
      ClientId: client,
      AuthFlow: "USER_SRP_AUTH",
      AuthParameters,
    });
    return (name?: string) =>
      call("RespondToAuthChallenge", {
        ClientId: client,
        ChallengeName: "PASSWORD_VERIFIER",
        ChallengeResponses: { ...answer(ChallengeParameters, PASSWORD), ...(name && { USERNAME: name }) },
      });
  };

  it("neither uses the exchange up nor counts as a try: whose it is can still answer, by any of their names", async () => {
    const [{ name, email, sub }, other] = [await newUser(), await newUser()];
    const answer = await begin(name);
    await expect(answer(other.name)).rejects.toMatchObject(WRONG);
    expect((await counted(sub)).password ?? 0).toBe(0);
    expect(await answer(email)).toHaveProperty("AuthenticationResult");
    await expect(answer(name)).rejects.toMatchObject(USED);
  });

  it("costs the same whether or not somebody has the name that the exchange began with", async () => {
    const [known, unknown] = [await begin((await newUser()).name), await begin("nobody")];
    const costs = await costsOf(async () => {
      await expect(known("somebody")).rejects.toMatchObject(WRONG);
      await expect(unknown("somebody")).rejects.toMatchObject(WRONG);
    });
    const told = costs.map(({ hops, rowsWritten }) => [hops, rowsWritten]);
    expect(told[1]).toEqual(told[0]);
  });

  it("leaves an owner's challenge to whom it was put", async () => {
    const { start, answer } = await customPool();
    const { Session } = await start();
    await expect(answer(Session, RIGHT, { USERNAME: "mallory" })).rejects.toMatchObject(FOREIGN);
    expect(await answer(Session, RIGHT)).toHaveProperty("AuthenticationResult");
  });

  it("lets one through of a hundred that come at once, half of them in another's name", async () => {
    const { name } = await newUser();
    const answer = await begin(name);
    const tried = await Promise.allSettled(
      Array.from({ length: 100 }, (_, at) => answer(at % 2 === 0 ? name : "mallory")),
    );
    expect(tried.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(1);
  });
});

describe("an answer that comes too late", () => {
  it("to an exchange is no try at the password", async () => {
    const pool = await makePool();
    const { ClientId } = await makeClient(pool);
    const sub = await makeUser(pool, "jane");
    const { SRP_A, answer } = openSrp(pool);
    const begin = { ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters: { USERNAME: "jane", SRP_A } };
    const { ChallengeParameters } = await call("InitiateAuth", begin);
    const ChallengeResponses = answer(ChallengeParameters, PASSWORD);
    const prove = () =>
      call("RespondToAuthChallenge", { ClientId, ChallengeName: "PASSWORD_VERIFIER", ChallengeResponses });
    expect(await prove()).toHaveProperty("AuthenticationResult");
    for (let n = 0; n < 32; n++) await expect(prove()).rejects.toMatchObject(USED);
    expect((await counted(sub)).password ?? 0).toBe(0);
    expect(await signIn(ClientId, "jane")).toHaveProperty("AuthenticationResult");
  });

  it("to a code's challenge is no try at a code", async () => {
    const pool = await makePool();
    const factors = { MfaConfiguration: "OPTIONAL", SoftwareTokenMfaConfiguration: { Enabled: true } };
    await call("SetUserPoolMfaConfig", { UserPoolId: pool, ...factors });
    const { ClientId } = await makeClient(pool);
    const sub = await makeUser(pool, "jane");
    const { AccessToken } = (await signIn(ClientId, "jane")).AuthenticationResult;
    const { SecretCode } = await call("AssociateSoftwareToken", { AccessToken });
    await call("VerifySoftwareToken", { AccessToken, UserCode: await codeOf(SecretCode, -1) });
    await call("SetUserMFAPreference", { AccessToken, SoftwareTokenMfaSettings: { Enabled: true } });
    const { Session } = await signIn(ClientId, "jane");
    const code = await codeOf(SecretCode);
    const answer = () =>
      call("RespondToAuthChallenge", {
        ClientId,
        ChallengeName: "SOFTWARE_TOKEN_MFA",
        Session,
        ChallengeResponses: { USERNAME: "jane", SOFTWARE_TOKEN_MFA_CODE: code },
      });
    expect(await answer()).toHaveProperty("AuthenticationResult");
    for (let n = 0; n < 32; n++) await expect(answer()).rejects.toMatchObject(USED);
    expect((await counted(sub)).mfa ?? 0).toBe(0);
  });
});

describe("what strangers begin", () => {
  it("is kept nowhere, whatever name they send: it travels, or is refused unread", async () => {
    const shards = Array.from({ length: 16 }, (_, at) => `local-${at}`);
    const kept = async () => {
      const counts = await Promise.all(
        shards.map((shard) =>
          runInDurableObject(env.REQUESTS.getByName(shard), (_, state) =>
            Number([...state.storage.sql.exec("select count(*) count from requests")][0]?.count),
          ),
        ),
      );
      return counts.reduce((sum, each) => sum + each);
    };
    const { begin } = await makeChoice(
      { AliasAttributes: ["email", "preferred_username"] },
      { PreventUserExistenceErrors: "ENABLED" },
    );
    const before = await kept();
    const names = [1, 128, 254, 300, 500, 512, 1_000, 4_000].flatMap((length) =>
      ["x", '"', "\u0001", "\u{1F600}", "é"].map((letter) => letter.repeat(length)),
    );
    const address = `${"x".repeat(64)}@${"y".repeat(180)}.example`;
    for (const name of [...names, address]) {
      for (const PREFERRED_CHALLENGE of ["EMAIL_OTP", "WEB_AUTHN", "PASSWORD", "NONE"]) {
        const begun = await begin(name, { PREFERRED_CHALLENGE }).catch((error: unknown) => error);
        if (begun instanceof Error) expect(begun).toMatchObject({ name: "InvalidParameterException" });
        else expect((begun as { Session: string }).Session.length).toBeLessThanOrEqual(2_048);
      }
    }
    expect(await kept()).toBe(before);
    expect(await begin(address, { PREFERRED_CHALLENGE: "EMAIL_OTP" })).toMatchObject({ ChallengeName: "EMAIL_OTP" });
    // A username of any script and length that SignUp takes (Amazon Cognito API: UsernameType).
    for (const letter of ["ж", "語", "\u{1F600}".slice(0, 2)]) {
      const name = letter.repeat(128 / letter.length);
      expect(await begin(name)).toMatchObject({ ChallengeName: "SELECT_CHALLENGE" });
    }
  });
});
