import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, PASSWORD } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { trackingPool } from "../../device-client.ts";
import { openSrp } from "../../srp-client.ts";

let pool: string;
let client: string;

beforeAll(async () => {
  pool = await makePool();
  client = (await makeClient(pool)).ClientId;
  await makeUser(pool, "jane");
});

const initiate = (ClientId: string, USERNAME: string, SRP_A: string) =>
  call("InitiateAuth", { ClientId, AuthFlow: "USER_SRP_AUTH", AuthParameters: { USERNAME, SRP_A } });
const respond = (ClientId: string, ChallengeResponses: object, more: object = {}) =>
  call("RespondToAuthChallenge", { ClientId, ChallengeName: "PASSWORD_VERIFIER", ChallengeResponses, ...more });

describe("sign-in by SRP", () => {
  it("challenges without a Session and answers the proof with tokens", async () => {
    const { SRP_A, answer } = openSrp(pool);
    const challenge = await initiate(client, "jane", SRP_A);
    expect(challenge.ChallengeName).toBe("PASSWORD_VERIFIER");
    expect(challenge.Session).toBeUndefined();
    expect(challenge.ChallengeParameters).toMatchObject({ USERNAME: "jane", USER_ID_FOR_SRP: "jane" });
    expect(challenge.ChallengeParameters.SRP_B).toMatch(/^[1-9a-f][0-9a-f]*$/);
    const { AuthenticationResult } = await respond(client, answer(challenge.ChallengeParameters, PASSWORD));
    expect(decodeJwt(AuthenticationResult.AccessToken).username).toBe("jane");
  });

  it("takes one hop to challenge and two to answer", async () => {
    const { SRP_A, answer } = openSrp(pool);
    const costs = await costsOf(async () => {
      const { ChallengeParameters } = await initiate(client, "jane", SRP_A);
      await respond(client, answer(ChallengeParameters, PASSWORD));
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 2]);
    expect(costs[0]?.rowsWritten).toBe(0);
  });

  it("takes one of a hundred right answers that arrive at once", async () => {
    const { SRP_A, answer } = openSrp(pool);
    const { ChallengeParameters } = await initiate(client, "jane", SRP_A);
    const right = answer(ChallengeParameters, PASSWORD);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => respond(client, right).catch(({ message }) => message)),
    );
    expect(answers.filter((each) => each.AuthenticationResult)).toHaveLength(1);
    expect(new Set(answers.filter((each) => !each.AuthenticationResult))).toEqual(
      new Set(["Invalid session for the user, session can only be used once."]),
    );
  });

  it("refuses a wrong password, and the right one after it with the same block", async () => {
    const { SRP_A, answer } = openSrp(pool);
    const { ChallengeParameters } = await initiate(client, "jane", SRP_A);
    await expect(respond(client, answer(ChallengeParameters, "Wr0ng-Horse!"))).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Incorrect username or password.",
    });
    await expect(respond(client, answer(ChallengeParameters, PASSWORD))).rejects.toMatchObject({
      message: "Invalid session for the user, session can only be used once.",
    });
  });

  it("binds the block to its client and refuses an altered one, another user's name, and a stale timestamp", async () => {
    const other = (await makeClient(pool)).ClientId;
    const { SRP_A, answer } = openSrp(pool);
    const { ChallengeParameters } = await initiate(client, "jane", SRP_A);
    const right = answer(ChallengeParameters, PASSWORD);
    await expect(respond(other, right)).rejects.toMatchObject({ message: "Invalid session for the user." });
    const block = right.PASSWORD_CLAIM_SECRET_BLOCK as string;
    const altered = block.slice(0, 40) + (block[40] === "A" ? "B" : "A") + block.slice(41);
    await expect(respond(client, { ...right, PASSWORD_CLAIM_SECRET_BLOCK: altered })).rejects.toMatchObject({
      message: "Invalid session for the user.",
    });
    await expect(respond(client, { ...right, USERNAME: "john" })).rejects.toMatchObject({
      message: "Incorrect username or password.",
    });
    const late = answer(ChallengeParameters, PASSWORD, new Date(Date.now() - 6 * 60_000));
    await expect(respond(client, late)).rejects.toMatchObject({ message: "Incorrect username or password." });
    expect(await respond(client, right)).toHaveProperty("AuthenticationResult");
  });

  it("tells clients that name an unknown device to forget it, without spending the block", async () => {
    const { UserPoolId, ClientId } = await trackingPool();
    const { SRP_A, answer } = openSrp(UserPoolId);
    const { ChallengeParameters } = await initiate(ClientId, "jane", SRP_A);
    const right = answer(ChallengeParameters, PASSWORD);
    await expect(respond(ClientId, { ...right, DEVICE_KEY: "us-east-1_0" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Device does not exist.",
    });
    expect(await respond(ClientId, right)).toHaveProperty("AuthenticationResult");
  });

  it("minds no device where the pool remembers none", async () => {
    const { SRP_A, answer } = openSrp(pool);
    const { ChallengeParameters } = await initiate(client, "jane", SRP_A);
    const right = answer(ChallengeParameters, PASSWORD);
    expect(await respond(client, { ...right, DEVICE_KEY: "us-east-1_0" })).toHaveProperty("AuthenticationResult");
  });

  it("[RFC 5054 §2.5.4] refuses a public value that is zero modulo N, or no number", async () => {
    for (const SRP_A of ["0", "00", "xyz", "f".repeat(2_000), "-1"]) {
      await expect(initiate(client, "jane", SRP_A)).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
  });

  it("counts wrong proofs as it counts wrong passwords", async () => {
    await makeUser(pool, "guessed");
    for (let n = 0; n < 5; n++) {
      const { SRP_A, answer } = openSrp(pool);
      const { ChallengeParameters } = await initiate(client, "guessed", SRP_A);
      await expect(respond(client, answer(ChallengeParameters, "Wr0ng-Horse!"))).rejects.toMatchObject({
        message: "Incorrect username or password.",
      });
    }
    const { SRP_A, answer } = openSrp(pool);
    const { ChallengeParameters } = await initiate(client, "guessed", SRP_A);
    await expect(respond(client, answer(ChallengeParameters, PASSWORD))).rejects.toMatchObject({
      message: "Password attempts exceeded",
    });
  });
});

describe("a name that nobody has", () => {
  it("is challenged like a user where the client hides users: the same salt each time, never a sign-in, the same cost", async () => {
    const hiding = (await makeClient(pool, { PreventUserExistenceErrors: "ENABLED" })).ClientId;
    const first = openSrp(pool);
    const salts = new Set<string>();
    for (let n = 0; n < 3; n++) {
      const { ChallengeParameters } = await initiate(hiding, "nobody", first.SRP_A);
      expect(Object.keys(ChallengeParameters).sort()).toEqual(
        ["SALT", "SECRET_BLOCK", "SRP_B", "USERNAME", "USER_ID_FOR_SRP"].sort(),
      );
      salts.add(ChallengeParameters.SALT);
    }
    expect(salts.size).toBe(1);
    await initiate(hiding, "jane", first.SRP_A);
    const costs = await costsOf(async () => {
      for (const name of ["jane", "nobody"]) {
        const { SRP_A, answer } = openSrp(pool);
        const { ChallengeParameters } = await initiate(hiding, name, SRP_A);
        await expect(respond(hiding, answer(ChallengeParameters, "Wr0ng-Horse!"))).rejects.toMatchObject({
          message: "Incorrect username or password.",
        });
      }
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 2, 1, 2]);
  });

  it("looks like a sub where people sign in by e-mail", async () => {
    const byEmail = await makePool({ UsernameAttributes: ["email"] });
    const { ClientId } = await makeClient(byEmail, { PreventUserExistenceErrors: "ENABLED" });
    const { SRP_A } = openSrp(byEmail);
    const one = await initiate(ClientId, "nobody@example.com", SRP_A);
    const two = await initiate(ClientId, "nobody@example.com", SRP_A);
    expect(one.ChallengeParameters.USER_ID_FOR_SRP).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(two.ChallengeParameters.USER_ID_FOR_SRP).toBe(one.ChallengeParameters.USER_ID_FOR_SRP);
    expect(two.ChallengeParameters.SRP_B).not.toBe(one.ChallengeParameters.SRP_B);
  });

  it("is named where the client does not hide users", async () => {
    const { SRP_A } = openSrp(pool);
    await expect(initiate(client, "nobody", SRP_A)).rejects.toMatchObject({ name: "UserNotFoundException" });
  });
});

describe("names that strangers send", () => {
  it("take no longer the longer they are: beyond what a Session can carry they are refused unread", async () => {
    const hidden = { PreventUserExistenceErrors: "ENABLED" };
    const settings = { AliasAttributes: ["email"], UsernameConfiguration: { CaseSensitive: false } };
    const { ClientId } = await makeClient(await makePool(settings), hidden);
    const { SRP_A } = openSrp(pool);
    // Putting marks into their canonical order, and looking for an @, took seconds.
    for (const name of [`a${"\u0301".repeat(60_000)}${"\u0316".repeat(60_000)}`, `${"@".repeat(120_000)}\n`]) {
      const began = performance.now();
      const refusal = { name: "InvalidParameterException", message: "USERNAME is too long." };
      await expect(initiate(ClientId, name, SRP_A)).rejects.toMatchObject(refusal);
      const AuthParameters = { USERNAME: name, PASSWORD };
      await expect(
        call("InitiateAuth", { ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters }),
      ).rejects.toMatchObject(refusal);
      expect(performance.now() - began).toBeLessThan(1_000);
    }
    expect(await initiate(ClientId, "@".repeat(300), SRP_A)).toMatchObject({ ChallengeName: "PASSWORD_VERIFIER" });
  });

  it("come back in lower case where case does not count, whether somebody has them or not", async () => {
    const settings = { UsernameConfiguration: { CaseSensitive: false } };
    const folding = await makePool(settings);
    await makeUser(folding, "jane");
    const { ClientId } = await makeClient(folding, { PreventUserExistenceErrors: "ENABLED" });
    const { SRP_A } = openSrp(folding);
    for (const [sent, shown] of [
      ["JaNe", "jane"],
      ["JoHn", "john"],
    ] as const) {
      const { ChallengeParameters } = await initiate(ClientId, sent, SRP_A);
      expect(ChallengeParameters).toMatchObject({ USERNAME: shown, USER_ID_FOR_SRP: shown });
    }
  });
});
