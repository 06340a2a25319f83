import { decodeJwt } from "jose";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { toSessionId } from "../../../src/operations/sessions/session-shape.ts";
import { call, makeClient, makePool, makeUser, ORIGIN, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import {
  RECEIVER,
  receivers,
  signedIn,
  silently,
  tokensFor,
  withReceiver,
} from "../../endpoints/login/apps-to-leave.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../../endpoints/login/person.ts";
import { post, read } from "../../endpoints/oauth/requests.ts";

let pool: string;
let client: string;
let web: string;
let sibling: string;
let name: string;

beforeAll(async () => {
  pool = await makePool();
  client = (await makeClient(pool)).ClientId;
  web = (await makeWebClient(pool, withReceiver(RECEIVER))).ClientId;
  sibling = (await makeWebClient(pool)).ClientId;
});
beforeEach(async () => {
  receivers();
  name = `u${crypto.randomUUID()}`;
  await makeUser(pool, name);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const apiTokens = async (username = name) => (await signIn(client, username)).AuthenticationResult;
const idOf = (token: string): string => toSessionId("TOKEN", decodeJwt(token).origin_jti as string);
const ssoOf = (token: string): string => toSessionId("SSO", decodeJwt(token).sid as string);
const revoke = (AccessToken: string, SessionId: string, more: object = {}) =>
  call("RevokeUserSession", { AccessToken, SessionId, ...more });
const adminRevoke = (SessionId: string, more: object = {}) =>
  call("AdminRevokeUserSession", { UserPoolId: pool, Username: name, SessionId, ...more });
const LINKED = { RevokeAssociatedSessions: "LINKED" };
const notFound = { name: "ResourceNotFoundException", message: "Session does not exist." };

const idsNow = async (): Promise<string[]> => {
  const { Sessions } = await call("AdminListUserSessions", { UserPoolId: pool, Username: name });
  return Sessions.map(({ SessionId }: { SessionId: string }) => SessionId);
};
/** Whether a client of the pages can still refresh. */
const refreshes = async (clientId: string, refresh_token: string): Promise<boolean> =>
  (await read(post("/oauth2/token", { grant_type: "refresh_token", client_id: clientId, refresh_token }))).status ===
  200;

/** Every way to revoke a session of `name`, who has a token session of her own for it. */
const WAYS = {
  RevokeUserSession: async () => {
    const { AccessToken } = await apiTokens();
    return (id: string, more: object = {}) => revoke(AccessToken, id, more);
  },
  AdminRevokeUserSession: async () => adminRevoke,
};

describe.each(Object.keys(WAYS) as (keyof typeof WAYS)[])("%s", (way) => {
  it("ends a token session: its refresh and access tokens are refused, and those of others go on", async () => {
    const [one, two] = [await apiTokens(), await apiTokens()];
    const end = await WAYS[way]();
    expect(await end(idOf(one.AccessToken))).toEqual({});
    await expect(call("GetUser", { AccessToken: one.AccessToken })).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: "Access Token has been revoked",
    });
    await expect(
      call("GetTokensFromRefreshToken", { RefreshToken: one.RefreshToken, ClientId: client }),
    ).rejects.toMatchObject({ message: "Refresh Token has been revoked" });
    expect(await call("GetUser", { AccessToken: two.AccessToken })).toMatchObject({ Username: name });
    const left = await idsNow();
    expect(left).toContain(idOf(two.AccessToken));
    expect(left).not.toContain(idOf(one.AccessToken));
  });

  it("ends a token session alone, unless linked ones are asked for", async () => {
    const { person, tokens } = await signedIn(web, name);
    const end = await WAYS[way]();
    await end(idOf(tokens.id_token), { RevokeAssociatedSessions: "NONE" });
    expect(await refreshes(web, tokens.refresh_token)).toBe(false);
    expect(await silently(person, web)).toBe("signed in");
  });

  it("ends the browser session that a token session came from where asked to, and no token session beside it", async () => {
    const { person, tokens } = await signedIn(web, name);
    const others = await tokensFor(person, sibling, undefined, name);
    const end = await WAYS[way]();
    await end(idOf(tokens.id_token), LINKED);
    expect(await refreshes(web, tokens.refresh_token)).toBe(false);
    expect(await silently(person, web)).toBe("login_required");
    expect(await refreshes(sibling, others.refresh_token)).toBe(true);
  });

  it("ends a token session that has no browser session where linked ones are asked for, too", async () => {
    const { AccessToken } = await apiTokens();
    const { person } = await signedIn(web, name);
    const end = await WAYS[way]();
    expect(await end(idOf(AccessToken), LINKED)).toEqual({});
    expect(await idsNow()).not.toContain(idOf(AccessToken));
    expect(await silently(person, web)).toBe("signed in");
  });

  it("ends a browser session: its cookie and its codes open nothing any more, and its tokens go on", async () => {
    const { person, tokens } = await signedIn(web, name);
    const elsewhere = await signedIn(web, name);
    await person.visit(authorizeUrl(web));
    const { code } = person.sentToClient() as { code: string };
    const end = await WAYS[way]();
    expect(await end(ssoOf(tokens.id_token))).toEqual({});
    expect(await silently(person, web)).toBe("login_required");
    const form = { grant_type: "authorization_code", client_id: web, code, redirect_uri: CALLBACK };
    expect(await read(post(`${ORIGIN}/oauth2/token`, form))).toMatchObject({ status: 400, error: "invalid_grant" });
    expect(await refreshes(web, tokens.refresh_token)).toBe(true);
    expect(await silently(elsewhere.person, web)).toBe("signed in");
  });

  it("ends the token sessions that came from a browser session where asked to, even if that has ended before", async () => {
    const { person, tokens } = await signedIn(web, name);
    const others = await tokensFor(person, sibling, undefined, name);
    const elsewhere = await signedIn(web, name);
    const end = await WAYS[way]();
    await end(ssoOf(tokens.id_token), LINKED);
    expect(await silently(person, web)).toBe("login_required");
    expect(await refreshes(web, tokens.refresh_token)).toBe(false);
    expect(await refreshes(sibling, others.refresh_token)).toBe(false);
    expect(await refreshes(web, elsewhere.tokens.refresh_token)).toBe(true);
    await end(ssoOf(elsewhere.tokens.id_token));
    expect(await end(ssoOf(elsewhere.tokens.id_token), LINKED)).toEqual({});
    expect(await refreshes(web, elsewhere.tokens.refresh_token)).toBe(false);
  });

  it("[Back-Channel Logout 1.0 §2.5] has the clients of a browser session told that it ended, and else none", async () => {
    const { person, tokens } = await signedIn(web, name);
    await tokensFor(person, sibling, undefined, name);
    const second = await signedIn(web, name);
    const told = receivers();
    const end = await WAYS[way]();
    await end(idOf(second.tokens.id_token));
    await end(ssoOf(tokens.id_token), LINKED);
    await vi.waitFor(() => expect(told).toHaveLength(1));
    const claims = decodeJwt(told[0]?.form.get("logout_token") as string);
    expect(claims).toMatchObject({
      aud: web,
      sid: decodeJwt(tokens.id_token).sid,
      sub: decodeJwt(tokens.id_token).sub,
    });
  });

  it("does not find a session of another user, nor end it", async () => {
    const other = `o${crypto.randomUUID()}`;
    await makeUser(pool, other);
    const { person, tokens } = await signedIn(web, other);
    const end = await WAYS[way]();
    for (const id of [idOf(tokens.id_token), ssoOf(tokens.id_token)]) {
      for (const more of [{}, LINKED]) await expect(end(id, more)).rejects.toMatchObject(notFound);
    }
    expect(await refreshes(web, tokens.refresh_token)).toBe(true);
    expect(await silently(person, web)).toBe("signed in");
  });

  it("does not find what never was, what is of the other kind, and what has ended", async () => {
    const { tokens } = await signedIn(web, name);
    const end = await WAYS[way]();
    const { origin_jti, sid } = decodeJwt<{ origin_jti: string; sid: string }>(tokens.id_token);
    for (const id of [
      toSessionId("TOKEN", crypto.randomUUID()),
      toSessionId("SSO", crypto.randomUUID()),
      toSessionId("SSO", origin_jti),
      toSessionId("TOKEN", sid),
      "tknzzzzzzzzzzzzzzzzzzzzzzzzz",
      `${toSessionId("TOKEN", origin_jti)}0`,
    ]) {
      for (const more of [{}, LINKED]) await expect(end(id, more)).rejects.toMatchObject(notFound);
    }
    for (const id of [toSessionId("TOKEN", origin_jti), toSessionId("SSO", sid)]) {
      await end(id);
      await expect(end(id)).rejects.toMatchObject(notFound);
    }
  });

  it("refuses ids that are none, and other ways to deal with linked sessions", async () => {
    const end = await WAYS[way]();
    for (const id of ["tkn0", "abc0000000000000000000000000", `tkn${"0".repeat(29)}`]) {
      await expect(end(id)).rejects.toMatchObject({ name: "InvalidParameterException" });
    }
    await expect(
      end(toSessionId("TOKEN", crypto.randomUUID()), { RevokeAssociatedSessions: "ALL" }),
    ).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it.each(["token", "browser"] as const)("lets one of several end the same %s session", async (kind) => {
    const { tokens } = await signedIn(web, name);
    const id = kind === "token" ? idOf(tokens.id_token) : ssoOf(tokens.id_token);
    const end = await WAYS[way]();
    const outcomes = await Promise.allSettled([end(id), end(id, LINKED), end(id)]);
    const refused = outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
    for (const each of refused) expect(each).toMatchObject(notFound);
    // What is linked to a browser session can still be ended after it.
    expect(refused.length).toBeGreaterThanOrEqual(kind === "token" ? 2 : 1);
    expect(refused.length).toBeLessThanOrEqual(2);
    expect(await idsNow()).not.toContain(id);
  });

  it("takes one hop, beside the one that an access token takes", async () => {
    // Settings that are known stay known.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const { person, tokens } = await signedIn(web, name);
    const others = await tokensFor(person, sibling, undefined, name);
    const end = await WAYS[way]();
    const hopsOf = async (work: () => Promise<unknown>) => {
      const operations = (await costsOf(work)).filter(({ operation }) => operation === way);
      return operations.map(({ hops }) => hops);
    };
    const expected = [way === "RevokeUserSession" ? 2 : 1];
    expect(await hopsOf(() => end(idOf(others.id_token)))).toEqual(expected);
    expect(await hopsOf(() => end(ssoOf(tokens.id_token), LINKED))).toEqual(expected);
  });
});

describe("RevokeUserSession", () => {
  it("refuses the session that the access token belongs to", async () => {
    const { AccessToken } = await apiTokens();
    for (const more of [{}, LINKED]) {
      await expect(revoke(AccessToken, idOf(AccessToken), more)).rejects.toMatchObject({
        name: "InvalidParameterException",
        message: "The current session cannot be revoked.",
      });
    }
    expect(await call("GetUser", { AccessToken })).toMatchObject({ Username: name });
  });

  it("spares it also where the browser session ends that it came from, with all else that did", async () => {
    const person = new Person();
    await tokensFor(person, web, undefined, name);
    await person.visit(authorizeUrl(web, { scope: "openid aws.cognito.signin.user.admin" }));
    const { code } = person.sentToClient() as { code: string };
    const form = { grant_type: "authorization_code", client_id: web, code, redirect_uri: CALLBACK };
    const { access_token, id_token } = await read(post("/oauth2/token", form));
    expect(await idsNow()).toHaveLength(3);
    await revoke(access_token, ssoOf(id_token), LINKED);
    expect(await silently(person, web)).toBe("login_required");
    expect(await idsNow()).toEqual([idOf(id_token)]);
    expect(await call("GetUser", { AccessToken: access_token })).toMatchObject({ Username: name });
  });

  it("needs an access token whose session goes on", async () => {
    const [one, two] = [await apiTokens(), await apiTokens()];
    await revoke(two.AccessToken, idOf(one.AccessToken));
    await expect(revoke(one.AccessToken, idOf(two.AccessToken))).rejects.toMatchObject({
      message: "Access Token has been revoked",
    });
    expect(await idsNow()).toEqual([idOf(two.AccessToken)]);
  });
});

describe("AdminRevokeUserSession", () => {
  it("refuses users that there are not, and sessions of a user of the same name in another pool", async () => {
    const { AccessToken } = await apiTokens();
    const id = idOf(AccessToken);
    await expect(adminRevoke(id, { Username: "nobody" })).rejects.toMatchObject({ name: "UserNotFoundException" });
    const UserPoolId = await makePool();
    await makeUser(UserPoolId, name);
    await expect(adminRevoke(id, { UserPoolId })).rejects.toMatchObject(notFound);
    expect(await call("GetUser", { AccessToken })).toMatchObject({ Username: name });
  });
});
