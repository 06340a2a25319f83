import { decodeJwt } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { makePool, makeUser, PASSWORD } from "../../../client.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../../../endpoints/login/person.ts";
import { post, read } from "../../../endpoints/oauth/requests.ts";

let client: string;
let ada: string;

beforeAll(async () => {
  const pool = await makePool();
  client = (await makeWebClient(pool)).ClientId;
  ada = await makeUser(pool, "ada", { email: "ada@example.com", name: "Ada", nickname: "Countess" });
  await makeUser(pool, "grace");
});

const request = (claims: unknown, more: Record<string, string> = {}) =>
  authorizeUrl(client, { claims: typeof claims === "string" ? claims : JSON.stringify(claims), ...more });

/** Someone who signs in where they are asked to. @returns what the client is sent */
async function answerTo(address: string, username = "ada", person = new Person()): Promise<Record<string, string>> {
  await person.visit(address);
  if (person.response.status === 200) await person.submit({ username, password: PASSWORD });
  return person.sentToClient();
}

const idTokenFor = async ({ code = "" }: Record<string, string>) => {
  const fields = { grant_type: "authorization_code", client_id: client, code, redirect_uri: CALLBACK };
  return decodeJwt((await read(post("/oauth2/token", fields))).id_token);
};

describe("[OpenID Connect Core 1.0 §5.5] the parameter claims", () => {
  test("asks for single claims in the ID token, beside those of the scopes", async () => {
    const claims = { id_token: { nickname: null, name: { essential: true }, email: { value: "other@example.com" } } };
    const token = await idTokenFor(await answerTo(request(claims, { scope: "openid phone" })));
    expect(token).toMatchObject({ nickname: "Countess", name: "Ada", email: "ada@example.com" });
  });

  test.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["no object of claims", { id_token: "name" }],
    ["a subject that is no text", { id_token: { sub: { value: 1 } } }],
    ["levels that are no list", { id_token: { acr: { essential: true, values: "one" } } }],
    [
      "more names than are kept",
      { id_token: Object.fromEntries(Array.from({ length: 51 }, (_, at) => [`c${at}`, null])) },
    ],
  ])("is refused as malformed where it is %s", async (_, claims) => {
    expect(await answerTo(request(claims))).toMatchObject({ error: "invalid_request" });
  });
});

describe("[OpenID Connect Core 1.0 §3.1.2.2] a subject that is asked for by its value", () => {
  const of = (value: string) => ({ id_token: { sub: { value } } });

  test("gets an answer from that user alone", async () => {
    const token = await idTokenFor(await answerTo(request(of(ada))));
    expect(token.sub).toBe(ada);
    expect(await answerTo(request(of(ada)), "grace")).toMatchObject({ error: "login_required" });
  });

  test("is not answered from the session of another, who is asked to sign in", async () => {
    const person = new Person();
    await answerTo(authorizeUrl(client), "grace", person);
    expect(await answerTo(request(of(ada), { prompt: "none" }), "ada", person)).toMatchObject({
      error: "login_required",
    });
    await person.visit(request(of(ada)));
    expect(person.fields().has("password")).toBe(true);
    expect((await idTokenFor(await answerTo(request(of(ada)), "ada", person))).sub).toBe(ada);
  });

  test("contradicts a hint about another user", async () => {
    const fields = { grant_type: "authorization_code", client_id: client, redirect_uri: CALLBACK };
    const { code = "" } = await answerTo(authorizeUrl(client), "grace");
    const { id_token } = await read(post("/oauth2/token", { ...fields, code }));
    const answer = await answerTo(request(of(ada), { id_token_hint: id_token }));
    expect(answer).toMatchObject({ error: "invalid_request" });
  });
});

describe("[OpenID Connect Core 1.0 §5.5.1.1] a level of authentication", () => {
  const REACHED = "urn:cognito:loa:1";
  const of = (acr: object) => ({ id_token: { acr } });

  test.each([
    ["essential, and the one that is reached", { essential: true, values: ["gold", REACHED] }],
    ["essential without saying which", { essential: true }],
    ["another, and only wished for", { values: ["gold"] }],
  ])("that is %s is answered with what was reached", async (_, acr) => {
    expect((await idTokenFor(await answerTo(request(of(acr))))).acr).toBe(REACHED);
  });

  test.each([
    { essential: true, value: "gold" },
    { essential: true, values: ["gold", "silver"] },
  ])("that is essential and cannot be reached fails the request: %o", async (acr) => {
    const answer = await answerTo(request(of(acr)));
    expect(answer).toMatchObject({ error: "unmet_authentication_requirements" });
    expect(answer).not.toHaveProperty("code");
  });
});
