import { createLocalJWKSet } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { makePool } from "../../client.ts";
import { countingDatabase, get } from "../../fetch.ts";

let pool: string;
beforeAll(async () => {
  pool = await makePool();
});

const documents = [
  ["the key set", (id: string) => `/${id}/.well-known/jwks.json`],
  ["discovery", (id: string) => `/${id}/.well-known/openid-configuration`],
  ["the metadata of RFC 8414", (id: string) => `/.well-known/oauth-authorization-server/${id}`],
] as const;

describe("jwks.json", () => {
  it("[RFC 7517 §5] holds the public part of every signing key and nothing else", async () => {
    const set: { keys: Record<string, string>[] } = await (await get(`/${pool}/.well-known/jwks.json`)).json();
    expect(set.keys.map((key) => Object.keys(key).toSorted())).toEqual([
      ["alg", "e", "kid", "kty", "n", "use"],
      ["alg", "e", "kid", "kty", "n", "use"],
    ]);
    for (const key of set.keys) expect(key).toMatchObject({ kty: "RSA", alg: "RS256", e: "AQAB", use: "sig" });
    for (const { kid } of set.keys) {
      await expect(createLocalJWKSet(set as never)({ kid, alg: "RS256" } as never)).resolves.toBeDefined();
    }
  });
});

describe.each(documents)("%s", (_, pathOf) => {
  const path = () => pathOf(pool);

  it("may be read by scripts of any origin and kept for less time than a key is published before it signs", async () => {
    const { status, headers } = await get(path(), { headers: { origin: "https://app.example.com" } });
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.get("access-control-allow-origin")).toBe("*");
    const [, age, stale] =
      /^public, max-age=(\d+), stale-while-revalidate=(\d+)$/.exec(headers.get("cache-control") ?? "") ?? [];
    expect(Number(age)).toBeGreaterThan(0);
    expect(Number(age) + Number(stale)).toBeLessThan(3_600);
  });

  it("[RFC 9110 §13.1.2] is not sent again to whoever has it", async () => {
    const tag = (await get(path())).headers.get("etag") as string;
    expect(tag).toMatch(/^"[^"]+"$/);
    const again = await get(path(), { headers: { "if-none-match": `"other", ${tag}` } });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect(again.headers.get("etag")).toBe(tag);
    expect(again.headers.get("access-control-allow-origin")).toBe("*");
    expect(again.headers.get("cache-control")).toMatch(/^public/);
    expect((await get(path(), { headers: { "if-none-match": '"other"' } })).status).toBe(200);
  });

  it("[RFC 9110 §9.3.2] answers HEAD as GET, without the document", async () => {
    const [head, whole] = [await get(path(), { method: "HEAD" }), await get(path())];
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(head.headers.get("etag")).toBe(whole.headers.get("etag"));
  });

  it("answers the preflight of a script that sends a tag", async () => {
    const headers = {
      origin: "https://app.example.com",
      "access-control-request-method": "GET",
      "access-control-request-headers": "if-none-match",
    };
    const answer = await get(path(), { method: "OPTIONS", headers });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-headers")).toBe("if-none-match");
  });

  it("asks nothing of the database while the pool is known", async () => {
    await get(path());
    const { DB, asked } = countingDatabase();
    expect((await get(path(), {}, { DB })).status).toBe(200);
    expect(asked()).toBe(0);
  });

  it("does not exist for a pool that does not", async () => {
    const { DB, asked } = countingDatabase();
    const answer = await get(pathOf("us-east-1_none"), {}, { DB });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: "ResourceNotFoundException" });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("etag")).toBeNull();
    expect(asked()).toBeGreaterThan(0);
  });
});
