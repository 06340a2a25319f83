import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { interruptedAt } from "../../interrupted.ts";

const NEXT = "Another-Pass2";
const WRONG = { name: "NotAuthorizedException", message: "Incorrect username or password." };
const LIMIT = { name: "LimitExceededException", message: "Attempt limit exceeded, please try after some time." };

async function open(settings: object = {}) {
  const pool = await makePool(settings);
  const { ClientId } = await makeClient(pool);
  /** Makes and signs in someone. */
  const person = async (name: string) => {
    await makeUser(pool, name);
    const { AccessToken } = (await signIn(ClientId, name)).AuthenticationResult;
    const change = (PreviousPassword: string | undefined, ProposedPassword: string) =>
      call("ChangePassword", { AccessToken, PreviousPassword, ProposedPassword });
    return { AccessToken, change };
  };
  return { pool, ClientId, person };
}

let plain: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  plain = await open();
});

describe("ChangePassword", () => {
  it("replaces the password, and ends every session of the user but the one that asks for it", async () => {
    const { ClientId } = plain;
    await makeUser(plain.pool, "jane");
    await makeUser(plain.pool, "bystander");
    const [own, other, theirs] = [
      await signIn(ClientId, "jane"),
      await signIn(ClientId, "jane"),
      await signIn(ClientId, "bystander"),
    ].map(({ AuthenticationResult }) => AuthenticationResult);
    const { AccessToken } = own;
    const words = { PreviousPassword: PASSWORD, ProposedPassword: NEXT };
    expect(await call("ChangePassword", { AccessToken, ...words })).toEqual({});
    await expect(signIn(ClientId, "jane")).rejects.toMatchObject(WRONG);
    expect(await signIn(ClientId, "jane", NEXT)).toHaveProperty("AuthenticationResult");
    const refresh = ({ RefreshToken }: { RefreshToken: string }) =>
      call("GetTokensFromRefreshToken", { ClientId, RefreshToken });
    await expect(call("GetUser", { AccessToken: other.AccessToken })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Access Token has been revoked",
    });
    await expect(refresh(other)).rejects.toMatchObject({ message: "Refresh Token has been revoked" });
    await expect(call("GetUser", { AccessToken })).resolves.toMatchObject({ Username: "jane" });
    for (const each of [own, theirs]) expect(await refresh(each)).toHaveProperty("AuthenticationResult");
  });

  it("ends nothing when it is refused", async () => {
    const { change } = await plain.person("refused");
    const { AccessToken } = (await signIn(plain.ClientId, "refused")).AuthenticationResult;
    await expect(change("Not-It-At-All1", NEXT)).rejects.toMatchObject(WRONG);
    await expect(call("GetUser", { AccessToken })).resolves.toMatchObject({ Username: "refused" });
  });

  it("refuses a wrong previous password", async () => {
    const { change } = await plain.person("wrong");
    await expect(change("Not-It-At-All1", NEXT)).rejects.toMatchObject(WRONG);
    await expect(change(undefined, NEXT)).rejects.toMatchObject({ name: "InvalidParameterException" });
    expect(await signIn(plain.ClientId, "wrong")).toHaveProperty("AuthenticationResult");
  });

  it("judges five wrong ones an hour, also of 30 at once, then not even the right one", async () => {
    const { change } = await plain.person("guess");
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => change("Not-It-At-All1", NEXT)));
    const names = outcomes.map((each) => (each.status === "rejected" ? each.reason.name : "passed"));
    expect(names.filter((name) => name === WRONG.name)).toHaveLength(5);
    expect(names.filter((name) => name === LIMIT.name)).toHaveLength(25);
    await expect(change(PASSWORD, NEXT)).rejects.toMatchObject(LIMIT);
    await env.DB.prepare("update attempts set since = since - 3600000 where pool_id = ?").bind(plain.pool).run();
    await expect(change(PASSWORD, NEXT)).resolves.toEqual({});
  }, 60_000);

  it("forgets wrong ones after a right one", async () => {
    const { change } = await plain.person("clumsy");
    for (let at = 0; at < 4; at++) await expect(change("Not-It-At-All1", NEXT)).rejects.toMatchObject(WRONG);
    await change(PASSWORD, NEXT);
    for (let at = 0; at < 5; at++) await expect(change("Not-It-At-All1", "X")).rejects.toThrow();
    await expect(change(NEXT, "Third-Pass-3")).resolves.toEqual({});
  });

  it("lets one of several changes from the same password win", async () => {
    const { change } = await plain.person("race");
    const passwords = Array.from({ length: 5 }, (_, at) => `Racing-Pass-${at}`);
    const outcomes = await Promise.allSettled(passwords.map((password) => change(PASSWORD, password)));
    const winners = passwords.filter((_, at) => outcomes[at]?.status === "fulfilled");
    expect(winners).toHaveLength(1);
    expect(await signIn(plain.ClientId, "race", winners[0])).toHaveProperty("AuthenticationResult");
  });

  it("holds the new password to policy and history", async () => {
    const { change } = await plain.person("weak");
    await expect(change(PASSWORD, "Weak-Pass")).rejects.toMatchObject({
      name: "InvalidPasswordException",
      message: "Password did not conform with policy: Password must have numeric characters",
    });
    const { person } = await open({ Policies: { PasswordPolicy: { MinimumLength: 8, PasswordHistorySize: 2 } } });
    const historian = await person("historian");
    const used = { name: "PasswordHistoryPolicyViolationException" };
    await expect(historian.change(PASSWORD, PASSWORD)).rejects.toMatchObject(used);
    await historian.change(PASSWORD, NEXT);
    await expect(historian.change(NEXT, PASSWORD)).rejects.toMatchObject(used);
    await historian.change(NEXT, "Third-Pass-3");
    await expect(historian.change("Third-Pass-3", PASSWORD)).resolves.toEqual({});
  });

  it("gives a user without password a first one without asking for the one before", async () => {
    const { change } = await plain.person("bare");
    await env.DB.prepare("update users set credentials = null where pool_id = ? and username = 'bare'")
      .bind(plain.pool)
      .run();
    await expect(change(PASSWORD, NEXT)).rejects.toMatchObject(WRONG);
    await expect(change(undefined, NEXT)).resolves.toEqual({});
    expect(await signIn(plain.ClientId, "bare", NEXT)).toHaveProperty("AuthenticationResult");
  });

  it("gives a user of an identity provider no password", async () => {
    const { change } = await plain.person("federated");
    await env.DB.prepare(
      "update users set credentials = null, status = 'EXTERNAL_PROVIDER' where pool_id = ? and username = 'federated'",
    )
      .bind(plain.pool)
      .run();
    await expect(change(undefined, NEXT)).rejects.toMatchObject(WRONG);
  });

  it("asks for a valid access token", async () => {
    await expect(
      call("ChangePassword", { AccessToken: "nonsense", PreviousPassword: PASSWORD, ProposedPassword: NEXT }),
    ).rejects.toMatchObject({ name: "NotAuthorizedException", message: "Invalid Access Token" });
  });

  it("changes nothing wherever the database fails, and works when tried again", async () => {
    const { change } = await plain.person("broken");
    for (const n of [1, 2, 3]) {
      const { result } = await interruptedAt(n, () => change(PASSWORD, NEXT).catch((fault) => fault));
      expect(result).toMatchObject({ name: "InternalErrorException", status: 500 });
      expect(await signIn(plain.ClientId, "broken")).toHaveProperty("AuthenticationResult");
    }
    await change(PASSWORD, NEXT);
    expect(await signIn(plain.ClientId, "broken", NEXT)).toHaveProperty("AuthenticationResult");
  });

  it("takes three hops: who, how often, and the change", async () => {
    const { change } = await plain.person("measured");
    const [cost] = await costsOf(() => change(PASSWORD, NEXT));
    expect(cost?.hops).toBe(3);
  });
});
