import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { toSessionId } from "../../../src/operations/sessions/session-shape.ts";
import { call, makeClient, makePool, makeUser, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { signedIn, tokensFor } from "../../endpoints/login/apps-to-leave.ts";
import { makeWebClient } from "../../endpoints/login/person.ts";

let pool: string;
let client: string;
let web: string;

beforeAll(async () => {
  pool = await makePool();
  client = (await makeClient(pool)).ClientId;
  web = (await makeWebClient(pool)).ClientId;
});
afterEach(() => void vi.useRealTimers());

/** A user of her own, for lists that nobody else adds to. */
async function someone(): Promise<{ name: string; sub: string }> {
  const name = `u${crypto.randomUUID()}`;
  return { name, sub: await makeUser(pool, name) };
}
const accessToken = async (name: string): Promise<string> =>
  (await signIn(client, name)).AuthenticationResult.AccessToken;
const idOf = (token: string): string => toSessionId("TOKEN", decodeJwt(token).origin_jti as string);
const list = (AccessToken: string, more: object = {}) => call("ListUserSessions", { AccessToken, ...more });
const adminList = (Username: string, more: object = {}) =>
  call("AdminListUserSessions", { UserPoolId: pool, Username, ...more });
const idsIn = ({ Sessions }: { Sessions: { SessionId: string }[] }) => Sessions.map(({ SessionId }) => SessionId);

/** Writes sessions of a user past the sign-in. @returns ids of the token sessions, oldest first */
async function seed(sub: string, tokens: number, browsers = 0): Promise<string[]> {
  const ids = (count: number) => Array.from({ length: count }, () => crypto.randomUUID());
  const [mine, shared] = [ids(tokens), ids(browsers)];
  await env.DB.batch([
    env.DB.prepare(
      "insert into sessions (id, pool_id, sub, client_id, token_hash, scope, auth_time, created_at, expires_at) select value, ?1, ?2, ?3, value, '', 0, 0, ?4 from json_each(?5)",
    ).bind(pool, sub, client, Date.now() + 3_600_000, JSON.stringify(mine)),
    env.DB.prepare(
      "insert into browser_sessions (id, pool_id, sub, secret_hash, auth_time, amr, created_at, expires_at) select value, ?1, ?2, value, 0, '[]', 0, ?3 from json_each(?4)",
    ).bind(pool, sub, Date.now() + 3_600_000, JSON.stringify(shared)),
  ]);
  return mine.map((id) => toSessionId("TOKEN", id));
}

describe("ListUserSessions", () => {
  it("shows the caller's sessions at every client, token sessions first and the newest of them first", async () => {
    const { name } = await someone();
    const before = Date.now();
    const first = await accessToken(name);
    const { tokens } = await signedIn(web, name);
    const current = await accessToken(name);
    const { Sessions, ...rest } = await list(current);
    expect(rest).toEqual({});
    const { origin_jti, sid } = decodeJwt<{ origin_jti: string; sid: string }>(tokens.id_token);
    const CreateDate = expect.any(Number);
    const OriginSessionId = toSessionId("SSO", sid);
    expect(Sessions).toEqual([
      { SessionId: idOf(current), SessionType: "TOKEN", ClientId: client, CreateDate, IsCurrentSession: true },
      {
        SessionId: toSessionId("TOKEN", origin_jti),
        SessionType: "TOKEN",
        ClientId: web,
        CreateDate,
        OriginSessionId,
        IsCurrentSession: false,
      },
      { SessionId: idOf(first), SessionType: "TOKEN", ClientId: client, CreateDate, IsCurrentSession: false },
      { SessionId: OriginSessionId, SessionType: "SSO", CreateDate, IsCurrentSession: false },
    ]);
    for (const { CreateDate: at } of Sessions) {
      expect(at).toBeGreaterThanOrEqual(before / 1000 - 0.001);
      expect(at).toBeLessThanOrEqual(Date.now() / 1000);
    }
  });

  it("shows a browser session once, however many clients share it", async () => {
    const { name } = await someone();
    const { person } = await signedIn(web, name);
    await tokensFor(person, (await makeWebClient(pool)).ClientId, undefined, name);
    const { Sessions } = await adminList(name);
    const types = Sessions.map(({ SessionType }: { SessionType: string }) => SessionType);
    expect(types).toEqual(["TOKEN", "TOKEN", "SSO"]);
    expect(Sessions[0].OriginSessionId).toBe(Sessions[2].SessionId);
    expect(Sessions[1].OriginSessionId).toBe(Sessions[2].SessionId);
  });

  it("shows no other user's sessions", async () => {
    const [jane, joan] = [await someone(), await someone()];
    const [hers] = [await accessToken(jane.name), await accessToken(joan.name), await signedIn(web, joan.name)];
    expect(idsIn(await list(hers))).toEqual([idOf(hers)]);
  });

  it("shows no session that has expired, or that was revoked", async () => {
    const { name, sub } = await someone();
    const [expired, revoked, current] = [
      await signIn(client, name),
      await signIn(client, name),
      await signIn(client, name),
    ].map((each) => each.AuthenticationResult);
    await signedIn(web, name);
    const expire = (table: string, where: string, ...values: string[]) =>
      env.DB.prepare(`update ${table} set expires_at = ? where ${where}`).bind(Date.now(), ...values);
    const family = decodeJwt(expired.AccessToken).origin_jti as string;
    await env.DB.batch([expire("sessions", "id = ?", family), expire("browser_sessions", "sub = ?", sub)]);
    await call("RevokeToken", { Token: revoked.RefreshToken, ClientId: client });
    const { Sessions } = await list(current.AccessToken);
    const clients = Sessions.map(({ ClientId }: { ClientId: string }) => ClientId);
    expect(clients).toEqual([web, client]);
    expect(Sessions[1].SessionId).toBe(idOf(current.AccessToken));
  });

  it("needs an access token whose session goes on", async () => {
    const { name } = await someone();
    const { AccessToken, RefreshToken, IdToken } = (await signIn(client, name)).AuthenticationResult;
    await expect(list(IdToken)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    await call("RevokeToken", { Token: RefreshToken, ClientId: client });
    await expect(list(AccessToken)).rejects.toMatchObject({ message: "Access Token has been revoked" });
  });

  it("gives pages of 125 that hold every session once, across both kinds", async () => {
    const { name, sub } = await someone();
    const seeded = await seed(sub, 200, 150);
    const current = await accessToken(name);
    const pages: string[][] = [];
    let NextToken: string | undefined;
    do {
      const page = await list(current, NextToken === undefined ? {} : { NextToken });
      pages.push(idsIn(page));
      NextToken = page.NextToken;
    } while (NextToken !== undefined && pages.length < 5);
    expect(pages.map(({ length }) => length)).toEqual([125, 125, 101]);
    const all = pages.flat();
    expect(all.slice(0, 201)).toEqual([idOf(current), ...seeded.toReversed()]);
    expect(all.slice(201).every((id) => id.startsWith("sso"))).toBe(true);
    expect(new Set(all).size).toBe(351);
  });

  it("goes on where it was though the last session of the page has ended, and another was opened", async () => {
    const { name, sub } = await someone();
    const seeded = (await seed(sub, 130)).toReversed();
    const current = await accessToken(name);
    const { NextToken } = await list(current);
    await call("AdminRevokeUserSession", { UserPoolId: pool, Username: name, SessionId: seeded[123] });
    await accessToken(name);
    expect(idsIn(await list(current, { NextToken }))).toEqual(seeded.slice(124));
  });

  it("takes a page token of nobody else, and none of the administrator's list", async () => {
    const [jane, joan] = [await someone(), await someone()];
    await seed(jane.sub, 130);
    const hers = await accessToken(jane.name);
    const { NextToken } = await list(hers);
    const administrators = (await adminList(jane.name)).NextToken;
    const refused = { name: "InvalidParameterException" };
    await expect(list(await accessToken(joan.name), { NextToken })).rejects.toMatchObject(refused);
    await expect(list(hers, { NextToken: administrators })).rejects.toMatchObject(refused);
    await expect(adminList(joan.name, { NextToken: administrators })).rejects.toMatchObject(refused);
    expect(idsIn(await adminList(jane.name, { NextToken: administrators }))).toHaveLength(6);
  });

  it("takes two hops, and reads no more where others have sessions, or the user has more than a page", async () => {
    // Settings that are known stay known.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const { name, sub } = await someone();
    const other = await someone();
    const current = await accessToken(name);
    await seed(sub, 200, 2);
    await list(current);
    const cost = async () => {
      const [entry] = await costsOf(() => list(current));
      return { hops: entry?.hops, rowsRead: entry?.rowsRead as number };
    };
    const few = await cost();
    await seed(other.sub, 1_000, 100);
    await seed(sub, 500);
    const many = await cost();
    expect([few.hops, many.hops]).toEqual([2, 2]);
    // A row more or less is where the page ends, not the 1,500 sessions that came.
    expect(Math.abs(many.rowsRead - few.rowsRead)).toBeLessThan(3);
    // The page and the row that tells of the next, each by the index and in the table.
    expect(many.rowsRead).toBeLessThan(2 * 126 + 20);
  });
});

describe("AdminListUserSessions", () => {
  it("shows what the user sees, and no session as the current one, in one hop", async () => {
    const { name, sub } = await someone();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    await signedIn(web, name);
    const current = await accessToken(name);
    const theirs = (await list(current)).Sessions;
    const [cost] = await costsOf(async () => {
      const { Sessions } = await adminList(name);
      expect(Sessions).toEqual(theirs.map((each: object) => ({ ...each, IsCurrentSession: false })));
    });
    expect(cost?.hops).toBe(1);
    expect((await adminList(sub)).Sessions).toHaveLength(3);
  });

  it("gives an empty list for a user who is nowhere signed in", async () => {
    expect(await adminList((await someone()).name)).toEqual({ Sessions: [] });
  });

  it("refuses users and pools that there are not, and a user of another pool", async () => {
    await expect(adminList("nobody")).rejects.toMatchObject({ name: "UserNotFoundException" });
    const { name, sub } = await someone();
    const UserPoolId = await makePool();
    for (const Username of [name, sub]) {
      await expect(adminList(Username, { UserPoolId })).rejects.toMatchObject({ name: "UserNotFoundException" });
    }
    await expect(adminList(name, { UserPoolId: "us-east-1_none" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});
