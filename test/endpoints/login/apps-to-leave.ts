import { env } from "cloudflare:workers";
import { decodeJwt, type JWTPayload } from "jose";
import { expect, vi } from "vitest";
import { signToken } from "../../../src/mechanisms/tokens/jwt.ts";
import { signingKeys } from "../../../src/mechanisms/tokens/keys.ts";
import { makePool, makeUser, ORIGIN, PASSWORD } from "../../client.ts";
import { post, read } from "../oauth/requests.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "./person.ts";

export const BYE = "https://app.test/bye";
export const RECEIVER = "https://app.test/backchannel";

/** What the pages say. */
export const ASKED = "Sign out?";
export const SIGNED_OUT = "You are signed out";
export const ERROR = "Something went wrong";

export const withReceiver = (BackchannelLogoutURI: string) => ({ OAuthConfiguration: { BackchannelLogoutURI } });

/** Clients that people sign out of, and the users `ada` and `bob`. */
export interface Apps {
  pool: string;
  /** Has addresses to lead to, and one for logout tokens. */
  client: string;
  /** Of the same pool, with addresses of its own. */
  sibling: string;
  /** Of the same pool, without an address for logout tokens. */
  silent: string;
  /** Of another pool, with an `ada` of its own. */
  elsewhere: { pool: string; client: string };
}

export async function makeApps(): Promise<Apps> {
  const pool = await makePool();
  const other = await makePool();
  const LogoutURLs = [BYE, `${BYE}?from=limen`, "app.test.native://bye"];
  const client = await makeWebClient(pool, { LogoutURLs, ...withReceiver(RECEIVER) });
  const sibling = await makeWebClient(pool, {
    LogoutURLs: ["https://sibling.test/"],
    ...withReceiver(`${RECEIVER}/2`),
  });
  const silent = await makeWebClient(pool);
  const elsewhere = await makeWebClient(other);
  for (const name of ["ada", "bob"]) await makeUser(pool, name);
  await makeUser(other, "ada");
  return {
    pool,
    client: client.ClientId,
    sibling: sibling.ClientId,
    silent: silent.ClientId,
    elsewhere: { pool: other, client: elsewhere.ClientId },
  };
}

/** What clients are told while the tests stand in for them, as it arrives. Nothing leaves the machine. */
export function receivers(answer: (url: string) => Response | Promise<Response> = () => new Response()) {
  const told: { url: string; init: RequestInit; form: URLSearchParams }[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (url, init = {}) => {
    told.push({ url: url as string, init, form: new URLSearchParams(init.body as URLSearchParams) });
    return answer(url as string);
  });
  return told;
}

/** Lines of the log with this event, from now on. */
export function logged(event: string): () => any[] {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  return () => log.mock.calls.map(([line]) => JSON.parse(String(line))).filter((each) => each.event === event);
}

/** The tokens that a person's browser brings a client, after a sign-in where one is needed. */
export async function tokensFor(person: Person, client: string, origin = ORIGIN, username = "ada"): Promise<any> {
  await person.visit(new URL(authorizeUrl(client), origin).href);
  if (person.response.status === 200) await person.submit({ username, password: PASSWORD });
  const { code = "" } = person.sentToClient();
  const form = { grant_type: "authorization_code", client_id: client, code, redirect_uri: CALLBACK };
  return read(post(`${origin}/oauth2/token`, form));
}

/** Someone who is signed in, with the tokens of the client. */
export async function signedIn(
  client: string,
  username = "ada",
): Promise<{ person: Person; tokens: any; hint: string }> {
  const person = new Person();
  const tokens = await tokensFor(person, client, ORIGIN, username);
  return { person, tokens, hint: tokens.id_token };
}

/** What a client learns that may not ask (OpenID Connect Core 1.0 §3.1.2.1, prompt=none). */
export async function silently(person: Person, client: string, origin = ORIGIN): Promise<string | undefined> {
  await person.visit(new URL(authorizeUrl(client, { prompt: "none" }), origin).href);
  const { code, error } = person.sentToClient();
  return code === undefined ? error : "signed in";
}

export const logoutUrl = (parameters: Record<string, string> | [string, string][]): string =>
  `/logout?${new URLSearchParams(parameters).toString()}`;

/** The title of the page that the person is at, and that nothing leads on from there. */
export function pageOf({ response, html }: Person): string | undefined {
  expect(response.headers.get("location")).toBeNull();
  expect(response.headers.get("cache-control")).toBe("no-store");
  return /<h1>([^<]*)<\/h1>/.exec(html)?.[1];
}

/** An ID token with other claims, signed by the deployment's key for this use. */
export const resigned = (idToken: string, changes: JWTPayload, use: "id" | "access" = "id"): Promise<string> =>
  signToken(signingKeys([env.SIGNING_KEYS as string]), use, { ...decodeJwt(idToken), ...changes }, Date.now());
