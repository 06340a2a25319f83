// The pages and the endpoints of OAuth while the database or an object fails: told as a failure where it may be told,
// nothing half done, and the same request works again or finds what it presents spent.
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { metered } from "../src/lib/meter.ts";
import { Breaking, type Moment, SECRET } from "./breaking.ts";
import { makePool, makeUser, PASSWORD } from "./client.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "./endpoints/login/person.ts";
import { get } from "./fetch.ts";
import { brokenInvariants } from "./invariants.ts";

type Changes = Record<string, unknown>;

interface Scene {
  send: (changes: Changes) => Promise<Response>;
  /** Whether the request did what it was sent for. */
  worked: (response: Response) => boolean | Promise<boolean>;
  /** Whether it may find what it presents spent, when the first try took effect although its answer was lost. */
  spends?: true;
}

const FORM = { "content-type": "application/x-www-form-urlencoded" };

const cookiesOf = ({ cookies }: Person): { cookie: string } => ({
  cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; "),
});

/** Where an answer sends the browser; an empty query where it does not. */
const sentTo = (response: Response): URL => new URL(response.headers.get("location") ?? "/", "http://limen.test");

const hasCode = (response: Response): boolean => sentTo(response).searchParams.has("code");

async function visitor(): Promise<{ pool: string; client: string; person: Person }> {
  const pool = await makePool({ AutoVerifiedAttributes: ["email"] });
  const { ClientId } = await makeWebClient(pool, { LogoutURLs: ["https://app.test/bye"] });
  await makeUser(pool, "ada", { email: "ada@example.com" });
  return { pool, client: ClientId, person: new Person() };
}

async function signedIn(): Promise<Awaited<ReturnType<typeof visitor>> & { code: string }> {
  const visit = await visitor();
  await visit.person.visit(authorizeUrl(visit.client));
  await visit.person.submit({ username: "ada", password: PASSWORD });
  return { ...visit, code: visit.person.sentToClient().code as string };
}

const redeem = (client: string, code: string, changes: Changes = {}): Promise<Response> => {
  const grant = { grant_type: "authorization_code", client_id: client, code, redirect_uri: CALLBACK };
  return get("/oauth2/token", { method: "POST", headers: FORM, body: new URLSearchParams(grant).toString() }, changes);
};

/** Fills in the form that a person has open, without sending it yet. */
const form = (person: Person, values: Record<string, string>): RequestInit => ({
  method: "POST",
  redirect: "manual",
  headers: { ...FORM, ...cookiesOf(person) },
  body: new URLSearchParams({ ...Object.fromEntries(person.fields()), ...values }).toString(),
});

const SCENES: Record<string, () => Promise<Scene>> = {
  "authorization with a live session": async () => {
    const { client, person } = await signedIn();
    const init: RequestInit = { redirect: "manual", headers: cookiesOf(person) };
    return { send: (changes) => get(authorizeUrl(client), init, changes), worked: hasCode };
  },
  "tokens in the address": async () => {
    const { pool, person } = await signedIn();
    const { ClientId } = await makeWebClient(pool, { AllowedOAuthFlows: ["implicit"] });
    const init: RequestInit = { redirect: "manual", headers: cookiesOf(person) };
    return {
      send: (changes) => get(authorizeUrl(ClientId, { response_type: "token" }), init, changes),
      worked: (response) => sentTo(response).hash.includes("access_token="),
    };
  },
  "signing in at the page": async () => {
    const { client, person } = await visitor();
    await person.visit(authorizeUrl(client));
    const init = form(person, { username: "ada", password: PASSWORD });
    return { send: (changes) => get(person.url, init, changes), worked: hasCode };
  },
  "signing up at the page": async () => {
    const { client, person } = await visitor();
    await person.visit(authorizeUrl(client, {}, "/signup"));
    const name = `u${crypto.randomUUID().slice(0, 8)}`;
    const values = { username: name, password: PASSWORD, "requiredAttributes[email]": `${name}@example.com` };
    return {
      send: (changes) => get(person.url, form(person, values), changes),
      worked: async (response) => (await response.clone().text()).includes("one-time-code"),
      spends: true,
    };
  },
  "a code for tokens": async () => {
    const { client, code } = await signedIn();
    return { send: (changes) => redeem(client, code, changes), worked: ({ status }) => status === 200, spends: true };
  },
  userInfo: async () => {
    const { client, code } = await signedIn();
    const { access_token } = (await (await redeem(client, code)).json()) as { access_token: string };
    const init = { headers: { authorization: `Bearer ${access_token}` } };
    return { send: (changes) => get("/oauth2/userInfo", init, changes), worked: ({ status }) => status === 200 };
  },
  logout: async () => {
    const { client, person } = await signedIn();
    const init: RequestInit = { redirect: "manual", headers: cookiesOf(person) };
    const address = `/logout?client_id=${client}&logout_uri=${encodeURIComponent("https://app.test/bye")}`;
    return {
      send: (changes) => get(address, init, changes),
      worked: (response) => sentTo(response).href === "https://app.test/bye",
    };
  },
};

let log: { mock: { calls: unknown[][] }; mockClear(): void };
beforeEach(() => {
  log = vi.spyOn(console, "log").mockImplementation(() => undefined);
});
afterEach(() => void vi.restoreAllMocks());

/** Told as a failure of ours without detail: to programs by a 500, to the client or on our page through the browser. */
async function expectCleanFailure(response: Response): Promise<void> {
  const text = await response.clone().text();
  expect(text + (response.headers.get("location") ?? "")).not.toContain(SECRET);
  const { searchParams, hash } = sentTo(response);
  const told = searchParams.get("error") ?? new URLSearchParams(hash.slice(1)).get("error");
  if (response.status < 400) expect(told).toBe("server_error");
  else expect({ status: response.status, told: text.includes("server_error") }).toEqual({ status: 500, told: true });
  const lines = log.mock.calls.map(([line]) => String(line));
  expect(lines.some((line) => line.includes('"failed"') && line.includes(SECRET))).toBe(true);
}

async function expectWhole({ send, worked, spends }: Scene): Promise<void> {
  expect(await brokenInvariants()).toEqual([]);
  const again = await send({});
  if (!spends) expect(await worked(again)).toBe(true);
  expect(await brokenInvariants()).toEqual([]);
}

describe.each(["before", "after"] as const)("the database fails %s doing its work, at any round trip of", (moment) => {
  it.each(Object.keys(SCENES))("%s: told without detail, nothing half done", async (name) => {
    for (let at = 1; ; at++) {
      expect(at).toBeLessThan(20);
      const scene = await (SCENES[name] as () => Promise<Scene>)();
      const meter = new Breaking(at, moment);
      log.mockClear();
      const response = await scene.send({ DB: metered(env.DB, meter) });
      if (!meter.broke) {
        expect(await scene.worked(response)).toBe(true);
        expect(at).toBeGreaterThan(1);
        return;
      }
      await expectCleanFailure(response);
      await expectWhole(scene);
    }
  });
});

describe("the object that remembers spent codes fails", () => {
  const failing = (moment: Moment) => ({
    getByName: (shard: string) => ({
      spend: async (...given: [string, number]) => {
        if (moment === "after") await env.CHALLENGES.getByName(shard).spend(...given);
        throw new Error(`overloaded: ${SECRET}`);
      },
    }),
  });

  it.each(["before", "after"] as const)(
    "%s it remembers: no tokens; then they are given once, or never",
    async (moment) => {
      const scene = await (SCENES["a code for tokens"] as () => Promise<Scene>)();
      await expectCleanFailure(await scene.send({ CHALLENGES: failing(moment) }));
      expect(await scene.worked(await scene.send({}))).toBe(moment === "before");
      expect(await scene.worked(await scene.send({}))).toBe(false);
      expect(await brokenInvariants()).toEqual([]);
    },
  );
});
