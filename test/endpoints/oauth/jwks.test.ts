import { createLocalJWKSet } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makePool, ORIGIN } from "../../client.ts";
import { countingDatabase, get } from "../../fetch.ts";

let pool: string;
beforeAll(async () => {
  pool = await makePool();
});

const documents = [
  ["the key set", "jwks.json"],
  ["discovery", "openid-configuration"],
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

describe("openid-configuration", () => {
  it("[OpenID Connect Discovery 1.0 §4.3] names as issuer the address that it was found under", async () => {
    const found = await get(`/${pool}/.well-known/openid-configuration`);
    expect(await found.json()).toEqual({
      issuer: `${ORIGIN}/${pool}`,
      jwks_uri: `${ORIGIN}/${pool}/.well-known/jwks.json`,
      token_endpoint: `${ORIGIN}/oauth2/token`,
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
      revocation_endpoint: `${ORIGIN}/oauth2/revoke`,
      revocation_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "none"],
      introspection_endpoint: `${ORIGIN}/oauth2/introspect`,
      introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
      grant_types_supported: ["client_credentials", "refresh_token"],
      id_token_signing_alg_values_supported: ["RS256"],
      response_types_supported: ["code", "token"],
      subject_types_supported: ["public"],
    });
  });

  it("[RFC 8414 §2] names no endpoint that is not there", async () => {
    const found = await (await get(`/${pool}/.well-known/openid-configuration`)).json<Record<string, string>>();
    const endpoints = Object.entries(found).filter(([name]) => name.endsWith("_endpoint"));
    expect(endpoints).toHaveLength(3);
    for (const [, address] of endpoints) {
      const answer = await get(address, { method: "POST" });
      expect(await answer.json()).toMatchObject({ error: "invalid_request" });
    }
  });

  it("names the endpoints at the pool's domain: a custom one before a prefix, and a prefix where prefixes have hosts", async () => {
    const place = await makePool();
    const endpoint = async (changes: object = {}) => {
      const found = await get(`/${place}/.well-known/openid-configuration`, {}, { ORIGIN, ...changes });
      const { issuer, token_endpoint } = await found.json<Record<string, string>>();
      expect(issuer).toBe(`${ORIGIN}/${place}`);
      return token_endpoint;
    };
    expect(await endpoint()).toBe(`${ORIGIN}/oauth2/token`);
    await call("CreateUserPoolDomain", { UserPoolId: place, Domain: "acme" });
    expect(await endpoint()).toBe(`${ORIGIN}/oauth2/token`);
    const DOMAIN_SUFFIX = "login.test";
    expect(await endpoint({ DOMAIN_SUFFIX })).toBe("http://acme.login.test/oauth2/token");
    const CertificateArn = "arn:aws:acm:us-east-1:000000000000:certificate/12345678-1234-1234-1234-123456789012";
    const custom = { UserPoolId: place, Domain: "auth.example.com" };
    await call("CreateUserPoolDomain", { ...custom, CustomDomainConfig: { CertificateArn } });
    expect(await endpoint({ DOMAIN_SUFFIX })).toBe("http://auth.example.com/oauth2/token");
    await call("DeleteUserPoolDomain", custom);
    await call("DeleteUserPoolDomain", { UserPoolId: place, Domain: "acme" });
    expect(await endpoint({ DOMAIN_SUFFIX })).toBe(`${ORIGIN}/oauth2/token`);
  });

  it("names the deployment's own origin where one is configured, whatever host was asked", async () => {
    const ORIGIN = "https://login.example.com";
    const found = await get(`/${pool}/.well-known/openid-configuration`, {}, { ORIGIN });
    expect(await found.json()).toMatchObject({
      issuer: `${ORIGIN}/${pool}`,
      jwks_uri: `${ORIGIN}/${pool}/.well-known/jwks.json`,
    });
  });
});

describe.each(documents)("%s", (_, name) => {
  const path = () => `/${pool}/.well-known/${name}`;

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
    const answer = await get(`/us-east-1_none/.well-known/${name}`, {}, { DB });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: "ResourceNotFoundException" });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("etag")).toBeNull();
    expect(asked()).toBeGreaterThan(0);
  });
});
