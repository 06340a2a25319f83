// How many storage round trips must follow one another, with settings known to the isolate. Fewer is welcome.
import { beforeAll, expect, test } from "vitest";
import { makePool, makeUser, PASSWORD } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { get } from "../../fetch.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person, PKCE } from "../login/person.ts";
import { basic, makeApi, makeMachine, post, takeToken } from "./requests.ts";

const { verifier, ...CHALLENGE } = PKCE;
let client: { ClientId: string; ClientSecret?: string };
let person: Person;
let pool: string;

beforeAll(async () => {
  pool = await makePool();
  client = await makeWebClient(pool, { GenerateSecret: true, AllowedOAuthFlows: ["code", "implicit"] });
  await makeUser(pool, "ada", { email: "ada@example.com" });
  person = new Person();
  await person.visit(authorizeUrl(client.ClientId));
  await person.submit({ username: "ada", password: PASSWORD });
});

const authorize = (parameters: Record<string, string> = {}) =>
  person.visit(authorizeUrl(client.ClientId, { ...CHALLENGE, ...parameters }));

const redeem = (): Promise<Response> =>
  post(
    "/oauth2/token",
    {
      grant_type: "authorization_code",
      code: person.sentToClient().code as string,
      redirect_uri: CALLBACK,
      code_verifier: verifier,
    },
    basic(client.ClientId, client.ClientSecret as string),
  );

const hopsOf = async (work: () => Promise<unknown>): Promise<number[]> =>
  (await costsOf(work)).map(({ event, hops }) => (event === "operation" ? hops : Number.NaN));

test("authorization with a live session takes one, and two where tokens are given at once", async () => {
  await authorize();
  expect(await hopsOf(() => authorize())).toEqual([1]);
  expect(await hopsOf(() => authorize({ response_type: "id_token token", nonce: "n" }))).toEqual([2]);
});

test("a code for tokens takes two", async () => {
  await authorize();
  expect(await hopsOf(redeem)).toEqual([2]);
});

test("userInfo and introspection take one", async () => {
  await authorize();
  const { access_token } = (await (await redeem()).json()) as { access_token: string };
  const authorization = `Bearer ${access_token}`;
  const userInfo = () => get("/oauth2/userInfo", { headers: { authorization } });
  expect((await userInfo()).status).toBe(200);
  expect(await hopsOf(userInfo)).toEqual([1]);
  const { ClientId, ClientSecret } = client;
  const introspect = () => post("/oauth2/introspect", { token: access_token }, basic(ClientId, ClientSecret as string));
  expect(await hopsOf(introspect)).toEqual([1]);
});

test("client credentials take none", async () => {
  await makeApi(pool);
  const machine = await makeMachine(pool);
  await takeToken(machine);
  expect(await hopsOf(() => takeToken(machine))).toEqual([0]);
});

test("signing in at the page takes two", async () => {
  const other = new Person();
  await other.visit(authorizeUrl(client.ClientId));
  expect(await hopsOf(() => other.submit({ username: "ada", password: PASSWORD }))).toEqual([2]);
});

test("showing the sign-in page takes none", async () => {
  const other = new Person();
  await other.visit(authorizeUrl(client.ClientId));
  expect(await hopsOf(() => other.visit(authorizeUrl(client.ClientId, {}, "/login")))).toEqual([0]);
});
