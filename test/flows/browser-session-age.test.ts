// How long after a sign-in each client takes its browser session without asking (Amazon Cognito API:
// ClientSSOSessionConfigType).
import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { call, makePool, makeUser, PASSWORD } from "../client.ts";
import { costsOf } from "../cost.ts";
import { BYE, logoutUrl, silently, tokensFor } from "../endpoints/login/apps-to-leave.ts";
import { authorizeUrl, makeWebClient, Person } from "../endpoints/login/person.ts";
import { basic, post, read } from "../endpoints/oauth/requests.ts";

const MINUTE = 60_000;
const DAY = 1_440;
let pool: string;
/** Named by the minutes that they are made with; `usual` says nothing. */
let usual: string;
let never: string;
let short: string;
let long: string;

const track = (UserSessionTracking: string, UserPoolId = pool) =>
  call("SetUserPoolSessionConfiguration", { UserPoolId, UserSessionTracking, TokenSession: { MaxPerUser: 100 } });
const configure = (ClientId: string, MaxValidityMinutes: number) =>
  call("SetUserPoolClientSessionConfiguration", { UserPoolId: pool, ClientId, SSOSession: { MaxValidityMinutes } });

beforeAll(async () => {
  pool = await makePool();
  await track("ENABLED");
  const clients = await Promise.all([1, 2, 3, 4].map(() => makeWebClient(pool)));
  [usual, never, short, long] = clients.map(({ ClientId }) => ClientId) as [string, string, string, string];
  await configure(never, 0);
  await configure(short, 5);
  await configure(long, 30 * DAY);
  await makeUser(pool, "ada");
});
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  await track("ENABLED");
});
afterEach(() => void vi.useRealTimers());

const later = (minutes: number) => void vi.setSystemTime(Date.now() + minutes * MINUTE);

async function enter(client = usual, person = new Person()): Promise<Person> {
  await person.visit(authorizeUrl(client));
  await person.submit({ username: "ada", password: PASSWORD });
  expect(person.sentToClient()).toHaveProperty("code");
  return person;
}

/** Which clients take the session of a browser without asking. */
async function takenBy(person: Person): Promise<Record<string, boolean>> {
  const all = { usual, never, short, long };
  const taken: [string, boolean][] = [];
  for (const [name, client] of Object.entries(all)) {
    const told = await silently(person, client);
    expect(["signed in", "login_required"]).toContain(told);
    taken.push([name, told === "signed in"]);
  }
  return Object.fromEntries(taken);
}

const cookieOf = (person: Person): string | undefined =>
  person.response.headers.getSetCookie().find((each) => each.startsWith(`limen.${pool}=`));

describe("the session of a browser", () => {
  it("is taken by each client for as long as that says, counted from the sign-in, whichever client that was for", async () => {
    for (const client of [usual, never, short, long]) {
      const person = await enter(client);
      expect(await takenBy(person)).toEqual({ usual: true, never: false, short: true, long: true });
      later(5 - 1 / MINUTE);
      expect(await takenBy(person)).toMatchObject({ short: true });
      later(1 / MINUTE);
      expect(await takenBy(person)).toEqual({ usual: true, never: false, short: false, long: true });
      later(55);
      expect(await takenBy(person)).toEqual({ usual: false, never: false, short: false, long: true });
      later(29 * DAY);
      expect(await takenBy(person)).toMatchObject({ long: true });
      later(DAY - 60);
      expect(await takenBy(person)).toEqual({ usual: false, never: false, short: false, long: false });
    }
  });

  it("is not renewed by being used, and is by a new sign-in", async () => {
    const person = await enter();
    later(4);
    expect(await silently(person, short)).toBe("signed in");
    later(2);
    expect(await silently(person, short)).toBe("login_required");
    await enter(short, person);
    later(4);
    expect(await silently(person, short)).toBe("signed in");
  });

  it("keeps its id for who signs in again after hours, as clients know it by that", async () => {
    const person = new Person();
    const before = decodeJwt((await tokensFor(person, usual)).id_token);
    later(180);
    const after = decodeJwt((await tokensFor(person, usual)).id_token);
    expect(after.sid).toBe(before.sid);
    expect(after.auth_time).toBe((before.auth_time as number) + 180 * 60);
  });

  it("has a cookie that lives as long as the most patient client of the pool needs", async () => {
    expect(cookieOf(await enter(never))).toContain(`Max-Age=${30 * DAY * 60};`);
  });

  it("has the sign-in page shown by a client that takes it no more", async () => {
    const person = await enter();
    await person.visit(authorizeUrl(never));
    expect(person.fields().has("password")).toBe(true);
    await person.submit({ username: "ada", password: PASSWORD });
    expect(person.sentToClient()).toHaveProperty("code");
  });

  it("[OpenID Connect Core 1.0 §3.1.2.1] is taken by max_age or the client's minutes, whichever is less", async () => {
    const person = await enter();
    const taken = async (client: string, max_age: number) => {
      await person.visit(authorizeUrl(client, { prompt: "none", max_age: String(max_age) }));
      return person.sentToClient().code !== undefined;
    };
    later(4);
    expect(await taken(long, 300)).toBe(true);
    expect(await taken(long, 200)).toBe(false);
    expect(await taken(short, 3_600)).toBe(true);
    later(2);
    expect(await taken(short, 3_600)).toBe(false);
    expect(await taken(never, 3_600)).toBe(false);
  });

  it("is signed out of, and its tokens can be asked about, long after its first hour", async () => {
    const machine = await makeWebClient(pool, { GenerateSecret: true });
    const person = new Person();
    const { refresh_token } = await tokensFor(person, long);
    later(10 * DAY);
    const renewed = await read(post("/oauth2/token", { grant_type: "refresh_token", client_id: long, refresh_token }));
    const token = renewed.access_token as string;
    const headers = basic(machine.ClientId, machine.ClientSecret as string);
    expect(await read(post("/oauth2/introspect", { token }, headers))).toMatchObject({ active: true });
    expect(await silently(person, long)).toBe("signed in");
    await person.visit(logoutUrl({ client_id: long, logout_uri: BYE }));
    expect(await silently(person, long)).toBe("login_required");
    const { results } = await env.DB.prepare("select id from browser_sessions where expires_at > ? and id = ?")
      .bind(Date.now(), decodeJwt(renewed.id_token).sid)
      .all();
    expect(results).toEqual([]);
  });

  it("is taken at the same cost", async () => {
    const person = await enter();
    const costs = await costsOf(() => silently(person, long));
    expect(costs.map(({ event, hops }) => [event, hops])).toEqual([["operation", 1]]);
    const entering = new Person();
    await entering.visit(authorizeUrl(usual));
    const [cost] = await costsOf(() => entering.submit({ username: "ada", password: PASSWORD }));
    expect(cost?.hops).toBe(2);
  });
});

describe("what clients say", () => {
  it("lies dormant while the pool does not track sessions, and counts again when it does", async () => {
    const before = await enter();
    await track("DISABLED");
    expect(await takenBy(before)).toEqual({ usual: true, never: true, short: true, long: true });
    const person = await enter();
    expect(cookieOf(person)).toContain("Max-Age=3600;");
    later(59);
    expect(await takenBy(person)).toEqual({ usual: true, never: true, short: true, long: true });
    later(1);
    expect(await takenBy(person)).toEqual({ usual: false, never: false, short: false, long: false });
    expect(await takenBy(before)).toEqual({ usual: false, never: false, short: false, long: false });
    await track("ENABLED");
    expect(await takenBy(before)).toEqual({ usual: false, never: false, short: false, long: true });
    expect(await takenBy(await enter())).toEqual({ usual: true, never: false, short: true, long: true });
  });

  it("that grows counts for sessions opened from then on, which live as long", async () => {
    const other = (await makeWebClient(pool)).ClientId;
    await configure(other, 60 * DAY);
    const person = await enter();
    later(59 * DAY);
    expect(await silently(person, other)).toBe("signed in");
    expect(await silently(person, long)).toBe("login_required");
    await configure(other, 60);
    expect(await silently(person, other)).toBe("login_required");
    expect(cookieOf(await enter())).toContain(`Max-Age=${30 * DAY * 60};`);
  });

  it("is nothing that a pool's other settings touch", async () => {
    await call("UpdateUserPool", { UserPoolId: pool, PoolName: "renamed" });
    await call("UpdateUserPoolClient", { UserPoolId: pool, ClientId: short, ...(await settingsOf(short)) });
    const person = await enter();
    later(6);
    expect(await takenBy(person)).toEqual({ usual: true, never: false, short: false, long: true });
  });
});

async function settingsOf(ClientId: string): Promise<object> {
  const { UserPoolClient } = await call("DescribeUserPoolClient", { UserPoolId: pool, ClientId });
  const { CreationDate: _, LastModifiedDate: __, ...settings } = UserPoolClient;
  return settings;
}
