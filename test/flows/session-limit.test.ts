// How many token sessions a user may have at once (Amazon Cognito API: UserPoolTokenSessionConfigType).
import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { toSessionId } from "../../src/operations/sessions/session-shape.ts";
import { call, makeClient, makePool, makeUser, PASSWORD, requestOf, signIn } from "../client.ts";
import { costsOf } from "../cost.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../endpoints/login/person.ts";
import { asked } from "../endpoints/oauth/devices.ts";
import { post, read } from "../endpoints/oauth/requests.ts";
import { get } from "../fetch.ts";
import { meanwhile } from "../meanwhile.ts";

const MINUTE = 60_000;
const MOST = 3;
let pool: string;
let client: string;
let web: string;
let name: string;
let sub: string;

const configure = (MaxPerUser = MOST, UserSessionTracking = "ENABLED", UserPoolId = pool) =>
  call("SetUserPoolSessionConfiguration", { UserPoolId, UserSessionTracking, TokenSession: { MaxPerUser } });

beforeAll(async () => {
  pool = await makePool();
  client = (await makeClient(pool)).ClientId;
  web = (await makeWebClient(pool, { AllowedOAuthFlows: ["code", "implicit"] })).ClientId;
});
beforeEach(async () => {
  // Each sign-in of a test at a time of its own, unless it says otherwise.
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  await configure();
  name = `u${crypto.randomUUID()}`;
  sub = await makeUser(pool, name);
});
afterEach(() => void vi.useRealTimers());

const later = (milliseconds: number) => void vi.setSystemTime(Date.now() + milliseconds);

interface Tokens {
  AccessToken: string;
  RefreshToken: string;
}

async function enter(clientId = client): Promise<Tokens> {
  later(1_000);
  return (await signIn(clientId, name)).AuthenticationResult;
}
const enterTimes = async (times: number): Promise<Tokens[]> => {
  const all: Tokens[] = [];
  for (let n = 0; n < times; n++) all.push(await enter());
  return all;
};
const refresh = (RefreshToken: string, ClientId = client) =>
  call("GetTokensFromRefreshToken", { RefreshToken, ClientId });
const idOf = (token: string): string => decodeJwt(token).origin_jti as string;

/** Ids of the user's sessions in the table, oldest first, expired ones too. */
async function open(): Promise<string[]> {
  const rows = await env.DB.prepare("select id from sessions where sub = ? order by rowid").bind(sub).all();
  return rows.results.map(({ id }) => id as string);
}
const isOpen = async (token: string): Promise<boolean> => (await open()).includes(idOf(token));

describe("a sign-in beyond the limit", () => {
  it("ends the session that was used least recently: its refresh and access tokens are refused", async () => {
    const [first, second, third] = (await enterTimes(MOST)) as [Tokens, Tokens, Tokens];
    const fourth = await enter();
    await expect(refresh(first.RefreshToken)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Refresh Token has been revoked",
    });
    await expect(call("GetUser", { AccessToken: first.AccessToken })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Access Token has been revoked",
    });
    for (const { AccessToken, RefreshToken } of [second, third, fourth]) {
      expect(await call("GetUser", { AccessToken })).toMatchObject({ Username: name });
      await refresh(RefreshToken);
    }
    const { Sessions } = await call("AdminListUserSessions", { UserPoolId: pool, Username: name });
    expect(Sessions).toHaveLength(MOST);
  });

  it("ends none of another user, or of a user of another pool", async () => {
    const mine = await enterTimes(MOST);
    const neighbour = name;
    const theirs = sub;
    name = `u${crypto.randomUUID()}`;
    sub = await makeUser(pool, name);
    await enterTimes(MOST + 2);
    expect(await open()).toHaveLength(MOST);
    [name, sub] = [neighbour, theirs];
    expect(await open()).toEqual(mine.map(({ AccessToken }) => idOf(AccessToken)));
  });

  it("counts across all clients of the pool", async () => {
    const [first] = await enterTimes(MOST);
    await enter((await makeClient(pool)).ClientId);
    expect(await open()).toHaveLength(MOST);
    expect(await isOpen((first as Tokens).AccessToken)).toBe(false);
  });

  it("counts no session that has expired, and leaves it to the clean-up", async () => {
    const all = await enterTimes(MOST);
    const [expired] = all as [Tokens];
    await env.DB.prepare("update sessions set expires_at = ? where id = ?")
      .bind(Date.now(), idOf(expired.AccessToken))
      .run();
    await enter();
    expect(await open()).toHaveLength(MOST + 1);
  });

  it("with wrong credentials ends nothing", async () => {
    const all = await enterTimes(MOST);
    await expect(signIn(client, name, "Wr0ng-Horse!")).rejects.toThrow();
    expect(await open()).toEqual(all.map(({ AccessToken }) => idOf(AccessToken)));
  });

  it("that is overtaken by a change of the password, and opens nothing, ends nothing", async () => {
    await enterTimes(MOST);
    const before = await open();
    const change = () =>
      env.DB.prepare(
        "update users set revision = 'r', credentials = json_set(credentials, '$.hash', 'h') where sub = ?",
      )
        .bind(sub)
        .run();
    const { DB, happened } = meanwhile("insert into sessions", change);
    const AuthParameters = { USERNAME: name, PASSWORD };
    const request = await requestOf("InitiateAuth", {
      ClientId: client,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters,
    });
    const response = await get("/", { method: "POST", ...request }, { DB });
    expect([happened(), response.status]).toEqual([true, 400]);
    expect(await open()).toEqual(before);
  });

  it("that needs a second try, as the user was written meanwhile, ends one session", async () => {
    await enterTimes(MOST);
    const before = await open();
    const change = () => env.DB.prepare("update users set revision = 'other' where sub = ?").bind(sub).run();
    const { DB, happened } = meanwhile("insert into sessions", change);
    const AuthParameters = { USERNAME: name, PASSWORD };
    const request = await requestOf("InitiateAuth", {
      ClientId: client,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters,
    });
    const response = await get("/", { method: "POST", ...request }, { DB });
    expect([happened(), response.status]).toEqual([true, 200]);
    expect(await open()).toEqual([...before.slice(1), expect.any(String)]);
  });

  it("races others of its kind to no more and no fewer sessions than the limit", async () => {
    await enterTimes(MOST);
    for (const racers of [2, 5]) {
      const before = await open();
      const entered = await Promise.all(Array.from({ length: racers }, () => signIn(client, name)));
      const ids = entered.map(({ AuthenticationResult }) => idOf(AuthenticationResult.AccessToken));
      const after = await open();
      expect(after).toHaveLength(MOST);
      // The newest are left: of two racers both, and the session that was used last before.
      expect(after.filter((id) => ids.includes(id))).toHaveLength(Math.min(racers, MOST));
      if (racers < MOST) expect(after).toContain(before.at(-1));
    }
  });

  it("leaves the new session alone where the limit is one, even when clocks disagree", async () => {
    await configure(1);
    await enter();
    await env.DB.prepare("update sessions set last_active_at = ? where sub = ?")
      .bind(Date.now() + 10 * MINUTE, sub)
      .run();
    const { AccessToken } = await enter();
    expect(await open()).toEqual([idOf(AccessToken)]);
  });

  it("takes no hop more, and reads as much as the user has sessions, however many others have", async () => {
    const neighbour = await makeUser(pool, `u${crypto.randomUUID()}`);
    await configure(MOST, "DISABLED");
    const cost = async () => {
      // At the same moment once more: settings that are known stay known.
      await enter();
      const [entry] = await costsOf(() => signIn(client, name));
      return { hops: entry?.hops, rowsRead: entry?.rowsRead as number };
    };
    const untracked = await cost();
    await configure();
    const tracked = await cost();
    expect(tracked.hops).toBe(untracked.hops);
    expect(tracked.rowsRead - untracked.rowsRead).toBeLessThan(5 * MOST);
    const ids = Array.from({ length: 500 }, () => crypto.randomUUID());
    await env.DB.prepare(
      "insert into sessions (id, pool_id, sub, client_id, token_hash, scope, auth_time, created_at, expires_at) select value, ?1, ?2, ?3, value, '', 0, 0, ?4 from json_each(?5)",
    )
      .bind(pool, neighbour, client, Date.now() + 30 * MINUTE, JSON.stringify(ids))
      .run();
    expect(await cost()).toEqual(tracked);
  });
});

/** Ways to a token session other than the API's; each returns a token of it. */
const WAYS: Record<string, () => Promise<string>> = {
  "a code": async () => {
    const person = new Person();
    await person.visit(authorizeUrl(web));
    await person.submit({ username: name, password: PASSWORD });
    const { code } = person.sentToClient() as { code: string };
    const grant = { grant_type: "authorization_code", client_id: web, code, redirect_uri: CALLBACK };
    return (await read(post("/oauth2/token", grant))).id_token;
  },
  "tokens from the authorization endpoint": async () => {
    const person = new Person();
    await person.visit(authorizeUrl(web, { response_type: "id_token token", nonce: "n" }));
    await person.submit({ username: name, password: PASSWORD });
    return person.sentToClient().id_token as string;
  },
  "a device": async () => {
    const settings = { AllowedOAuthFlows: ["device_code"], CallbackURLs: [] };
    const { ClientId } = await makeWebClient(pool, settings);
    const begun = await read(post("/oauth2/device_authorization", { client_id: ClientId, scope: "openid" }));
    await (await asked(begun.user_code, name)).submit({ allow: "1" });
    const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
    const grant = { grant_type, client_id: ClientId, device_code: begun.device_code };
    return (await read(post("/oauth2/token", grant))).id_token;
  },
  "a challenge": async () => {
    await call("AdminSetUserPassword", {
      UserPoolId: pool,
      Username: name,
      Password: "F1rst-Horse!",
      Permanent: false,
    });
    // That has ended all sessions.
    const ids = Array.from({ length: MOST }, () => crypto.randomUUID());
    await env.DB.prepare(
      "insert into sessions (id, pool_id, sub, client_id, token_hash, scope, auth_time, created_at, last_active_at, expires_at) select value, ?1, ?2, ?3, value, '', 0, 0, ?4, ?5 from json_each(?6)",
    )
      .bind(pool, sub, client, Date.now(), Date.now() + 30 * MINUTE, JSON.stringify(ids))
      .run();
    const { Session } = await signIn(client, name, "F1rst-Horse!");
    const answer = await call("RespondToAuthChallenge", {
      ClientId: client,
      ChallengeName: "NEW_PASSWORD_REQUIRED",
      Session,
      ChallengeResponses: { USERNAME: name, NEW_PASSWORD: PASSWORD },
    });
    return answer.AuthenticationResult.IdToken;
  },
};

describe("the limit", () => {
  it.each(Object.keys(WAYS))("holds for a session from %s", async (way) => {
    await enterTimes(MOST);
    later(1_000);
    const token = await (WAYS[way] as () => Promise<string>)();
    expect(await open()).toHaveLength(MOST);
    expect(await isOpen(token)).toBe(true);
  });

  it("leaves the browser session of one that it ended, whose clients go on", async () => {
    const person = new Person();
    await person.visit(authorizeUrl(web));
    await person.submit({ username: name, password: PASSWORD });
    const { code } = person.sentToClient() as { code: string };
    const grant = { grant_type: "authorization_code", client_id: web, code, redirect_uri: CALLBACK };
    const { id_token, refresh_token } = await read(post("/oauth2/token", grant));
    await enterTimes(MOST);
    expect(await isOpen(id_token)).toBe(false);
    expect(
      (await read(post("/oauth2/token", { grant_type: "refresh_token", client_id: web, refresh_token }))).status,
    ).toBe(400);
    await person.visit(authorizeUrl(web, { prompt: "none" }));
    expect(person.sentToClient()).toHaveProperty("code");
  });

  it("that is lowered ends nothing by itself; the next sign-in brings the user within it", async () => {
    await enterTimes(MOST);
    await configure(1);
    expect(await open()).toHaveLength(MOST);
    const { AccessToken } = await enter();
    expect(await open()).toEqual([idOf(AccessToken)]);
  });

  it("is none where sessions are not tracked, whatever is configured", async () => {
    await configure(1, "DISABLED");
    await enterTimes(MOST);
    expect(await open()).toHaveLength(MOST);
  });
});

describe("the use of a session", () => {
  /** Settings are kept for seconds: reads them by something else. */
  const knowSettings = (ClientId = client) => expect(refresh("none", ClientId)).rejects.toThrow();
  const lastActive = (token: string) =>
    env.DB.prepare("select last_active_at from sessions where id = ?")
      .bind(idOf(token))
      .first<number>("last_active_at");

  it("keeps it: what was refreshed stays, and what was not goes", async () => {
    const [first, second] = (await enterTimes(MOST)) as [Tokens, Tokens];
    later(61 * MINUTE);
    await refresh(first.RefreshToken);
    await enter();
    expect(await isOpen(first.AccessToken)).toBe(true);
    expect(await isOpen(second.AccessToken)).toBe(false);
  });

  it("is noted once an hour, in the hop that reads, where the refresh token goes on", async () => {
    const { AccessToken, RefreshToken } = await enter();
    const opened = Date.now();
    const costOf = async () => {
      await knowSettings();
      const [entry] = await costsOf(() => refresh(RefreshToken));
      return { hops: entry?.hops, rowsWritten: entry?.rowsWritten };
    };
    later(60 * MINUTE);
    expect(await costOf()).toEqual({ hops: 1, rowsWritten: 0 });
    expect(await lastActive(AccessToken)).toBe(opened);
    later(1);
    expect(await costOf()).toEqual({ hops: 1, rowsWritten: 1 });
    expect(await lastActive(AccessToken)).toBe(opened + 60 * MINUTE + 1);
    later(30 * MINUTE);
    expect(await costOf()).toEqual({ hops: 1, rowsWritten: 0 });
  });

  it("is noted each time that a refresh token is traded, in the same write", async () => {
    const rotation = {
      ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH"],
      RefreshTokenRotation: { Feature: "ENABLED", RetryGracePeriodSeconds: 0 },
    };
    const { ClientId } = await makeClient(pool, rotation);
    const { AccessToken, RefreshToken } = await enter(ClientId);
    later(MINUTE);
    await knowSettings(ClientId);
    const [cost] = await costsOf(() => refresh(RefreshToken, ClientId));
    expect(cost?.hops).toBe(1);
    expect(await lastActive(AccessToken)).toBe(Date.now());
  });

  it("is not noted for who presents a token that is not current, or has another client's", async () => {
    const { AccessToken, RefreshToken } = await enter();
    const opened = Date.now();
    later(2 * 60 * MINUTE);
    await env.DB.prepare("update sessions set token_hash = 'other' where id = ?").bind(idOf(AccessToken)).run();
    await expect(refresh(RefreshToken)).rejects.toThrow();
    await expect(refresh(RefreshToken, web)).rejects.toThrow();
    expect(await lastActive(AccessToken)).toBe(opened);
  });

  it("is not noted where sessions are not tracked", async () => {
    await configure(MOST, "DISABLED");
    const { AccessToken, RefreshToken } = await enter();
    const opened = Date.now();
    later(2 * 60 * MINUTE);
    await knowSettings();
    const [cost] = await costsOf(() => refresh(RefreshToken));
    expect(cost).toMatchObject({ hops: 1, rowsWritten: 0 });
    expect(await lastActive(AccessToken)).toBe(opened);
  });

  it("is told by the lists, where sessions are tracked", async () => {
    const { AccessToken, RefreshToken } = await enter();
    const opened = Date.now();
    later(2 * 60 * MINUTE);
    await refresh(RefreshToken);
    const shown = async () => (await call("AdminListUserSessions", { UserPoolId: pool, Username: name })).Sessions;
    const SessionId = toSessionId("TOKEN", idOf(AccessToken));
    expect(await shown()).toMatchObject([
      { SessionId, CreateDate: opened / 1000, LastActiveDate: opened / 1000 + 2 * 3_600 },
    ]);
    // One of the time before this was kept.
    await env.DB.prepare("update sessions set last_active_at = 0 where sub = ?").bind(sub).run();
    expect(await shown()).toMatchObject([{ LastActiveDate: opened / 1000 }]);
    await configure(MOST, "DISABLED");
    expect((await shown())[0]).not.toHaveProperty("LastActiveDate");
  });
});
