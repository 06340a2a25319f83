import { beforeAll, describe, expect, it } from "vitest";
import { makePool } from "./client.ts";
import { authorizeUrl, makeWebClient, Person } from "./endpoints/login/person.ts";
import { post, read } from "./endpoints/oauth/requests.ts";
import { get } from "./fetch.ts";

let pool: string;
let client: string;
beforeAll(async () => {
  pool = await makePool();
  client = (await makeWebClient(pool)).ClientId;
});

const NOWHERE = { status: 400, code: "BadRequest" };

describe("a path", () => {
  it.each([
    ["/oauth2/userinfo", { error: "invalid_request", error_description: "Bad OAuth2 request at UserInfo Endpoint" }],
    ["/OAUTH2/Token", { error: "invalid_request", error_description: "The method must be POST." }],
  ])("is found in any case: %s", async (path, answer) => {
    expect(await read(get(path))).toMatchObject(answer);
  });

  it("of a page is found in any case, with its query as it was sent", async () => {
    for (const path of ["/LOGIN", "/OAuth2/Authorize"]) {
      const person = new Person();
      await person.visit(authorizeUrl(client, { state: "MiXed", login_hint: "Ada" }, path));
      expect(person.response.status).toBe(200);
      expect(person.fields().get("username")).toBe("Ada");
      expect(person.url).toContain("state=MiXed");
    }
    expect((await get("/confirmuser")).status).toBe((await get("/confirmUser")).status);
    expect(await (await get("/confirmuser")).text()).not.toBe(await (await get("/nowhere")).text());
  });

  it("with the id of a pool in it is found in its own case alone", async () => {
    expect((await get(`/${pool}/.well-known/jwks.json`)).status).toBe(200);
    const other = pool === pool.toLowerCase() ? pool.toUpperCase() : pool.toLowerCase();
    expect((await get(`/${other}/.well-known/jwks.json`)).status).toBe(404);
    expect(await read(get(`/${pool}/.Well-Known/jwks.json`))).toMatchObject(NOWHERE);
  });

  it("that nothing is at stays nowhere", async () => {
    for (const path of ["/oauth2", "/oauth2/tokens", "/oauth2/token/", "/login//"]) {
      expect(await read(post(path, {}))).toMatchObject(NOWHERE);
    }
  });
});
