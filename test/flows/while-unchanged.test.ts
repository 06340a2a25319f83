import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, codeSentTo, makePool, makeUser, PASSWORD, requestOf } from "../client.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../endpoints/login/person.ts";
import { get } from "../fetch.ts";
import { meanwhile } from "../meanwhile.ts";

const NEXT = "An0ther-Horse!";
let UserPoolId: string;
let ClientId: string;

beforeAll(async () => {
  UserPoolId = await makePool();
  ClientId = (await makeWebClient(UserPoolId)).ClientId;
});

let count = 0;
/** Makes someone, by a name of their own. */
async function someone(): Promise<{ Username: string; sub: string }> {
  const Username = `person-${count++}`;
  const sub = await makeUser(UserPoolId, Username, { email: `${Username}@example.com`, email_verified: "true" });
  return { Username, sub };
}

const admin = (operation: string, Username: string, more: object = {}) =>
  call(operation, { UserPoolId, Username, ...more });

/** What ends a sign-in that is under way. */
const ENDS: Record<string, (Username: string) => Promise<unknown>> = {
  "is disabled": (name) => admin("AdminDisableUser", name),
  "is disabled and enabled again": async (name) => {
    await admin("AdminDisableUser", name);
    await admin("AdminEnableUser", name);
  },
  "is deleted": (name) => admin("AdminDeleteUser", name),
  "is deleted, and somebody else takes the name": async (name) => {
    await admin("AdminDeleteUser", name);
    await makeUser(UserPoolId, name);
  },
  "is signed out everywhere": (name) => admin("AdminUserGlobalSignOut", name),
  "is given another password": (name) => admin("AdminSetUserPassword", name, { Password: NEXT, Permanent: true }),
  "is given a temporary password": (name) => admin("AdminSetUserPassword", name, { Password: NEXT }),
  "is given the same password again": (name) =>
    admin("AdminSetUserPassword", name, { Password: PASSWORD, Permanent: true }),
  "has to reset the password": (name) => admin("AdminResetUserPassword", name),
  "changes the password": async (Username) => {
    await call("ForgotPassword", { ClientId, Username });
    const ConfirmationCode = await codeSentTo(`${Username}@example.com`);
    await call("ConfirmForgotPassword", { ClientId, Username, ConfirmationCode, Password: NEXT });
  },
};

/** What does not. */
const HARMLESS: Record<string, (Username: string) => Promise<unknown>> = {
  "has an attribute changed": (name) =>
    admin("AdminUpdateUserAttributes", name, { UserAttributes: [{ Name: "nickname", Value: "n" }] }),
  "is enabled, who was": (name) => admin("AdminEnableUser", name),
};

/** A sign-in that is under way; each returns whether it let the person in. */
const SIGN_INS: Record<string, (Username: string, event: () => Promise<unknown>) => Promise<boolean>> = {
  "a sign-in at the pages": async (username, event) => {
    const { DB, happened } = meanwhile("insert into browser_sessions", event);
    const person = new Person(undefined, { DB });
    await person.visit(authorizeUrl(ClientId));
    await person.submit({ username, password: PASSWORD });
    expect(happened()).toBe(true);
    const hasCookie = person.cookies.has(`limen.${UserPoolId}`);
    expect(person.sentToClient()).toEqual(hasCookie ? expect.objectContaining({ code: expect.any(String) }) : {});
    return hasCookie;
  },
  "a sign-in by the API": async (USERNAME, event) => {
    const { DB, happened } = meanwhile("insert into sessions", event);
    const AuthParameters = { USERNAME, PASSWORD };
    const request = await requestOf("InitiateAuth", { ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters });
    const response = await get("/", { method: "POST", ...request }, { DB });
    expect(happened()).toBe(true);
    const answer = await response.json<{ AuthenticationResult?: object; __type?: string }>();
    if (!response.ok) expect(answer.__type).toBe("NotAuthorizedException");
    return answer.AuthenticationResult !== undefined;
  },
  "the exchange of a code": async (username, event) => {
    const person = new Person();
    await person.visit(authorizeUrl(ClientId));
    await person.submit({ username, password: PASSWORD });
    const { code } = person.sentToClient();
    const { DB, happened } = meanwhile("insert into sessions", event);
    const fields = {
      grant_type: "authorization_code",
      client_id: ClientId,
      code: code as string,
      redirect_uri: CALLBACK,
    };
    const response = await get("/oauth2/token", { method: "POST", body: new URLSearchParams(fields) }, { DB });
    expect(happened()).toBe(true);
    const answer = await response.json<{ access_token?: string; error?: string }>();
    if (!response.ok) expect(answer.error).toBe("invalid_grant");
    return answer.access_token !== undefined;
  },
};

const openOf = async (sub: string): Promise<unknown[]> => {
  const tables = ["sessions", "browser_sessions"];
  const results = await env.DB.batch(
    tables.map((table) => env.DB.prepare(`select id from ${table} where sub = ?`).bind(sub)),
  );
  return results.flatMap(({ results: rows }) => rows);
};

describe.each(Object.keys(SIGN_INS))("%s", (kind) => {
  const signIn = SIGN_INS[kind] as (typeof SIGN_INS)[string];

  it.each(Object.keys(ENDS))("opens nothing for a user who %s meanwhile", async (event) => {
    const { Username, sub } = await someone();
    expect(await signIn(Username, () => (ENDS[event] as (typeof ENDS)[string])(Username))).toBe(false);
    expect(await openOf(sub)).toEqual([]);
  });

  it.each(Object.keys(HARMLESS))("goes through for a user who %s meanwhile", async (event) => {
    const { Username } = await someone();
    expect(await signIn(Username, () => (HARMLESS[event] as (typeof ENDS)[string])(Username))).toBe(true);
  });
});

it("no session is left at the pages, however many sign-ins race with the disabling", async () => {
  const { Username, sub } = await someone();
  const enter = async () => {
    const person = new Person();
    await person.visit(authorizeUrl(ClientId));
    await person.submit({ username: Username, password: PASSWORD });
  };
  await Promise.all([
    ...Array.from({ length: 4 }, enter),
    admin("AdminDisableUser", Username),
    ...Array.from({ length: 4 }, enter),
  ]);
  expect(await openOf(sub)).toEqual([]);
});
