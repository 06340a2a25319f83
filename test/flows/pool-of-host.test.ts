import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { type Call, openCall } from "../../src/call.ts";
import { SETTINGS_LIFETIME } from "../../src/directory/pools.ts";
import { poolOfHost } from "../../src/flows/pool-of-host.ts";
import { call, makePool, ORIGIN } from "../client.ts";

const CustomDomainConfig = { CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/1" };
const DEPLOYMENT = { ORIGIN: "https://login.example.com", DOMAIN_SUFFIX: ".Auth.Example.com" };

const open = (changes: object = DEPLOYMENT): Promise<Call> =>
  openCall(new Request(ORIGIN), { ...env, ...changes }, { waitUntil: () => undefined });
const poolIdOf = async (host: string, changes?: object) => (await poolOfHost(await open(changes), host))?.id;

let pool: string;
let other: string;
beforeAll(async () => {
  [pool, other] = [await makePool(), await makePool()];
  await call("CreateUserPoolDomain", { UserPoolId: pool, Domain: "shop" });
  await call("CreateUserPoolDomain", { UserPoolId: pool, Domain: "shop.example.com", CustomDomainConfig });
});

describe("the pool of a host", () => {
  it.each(["shop.auth.example.com", "SHOP.Auth.example.COM", "shop.auth.example.com:8443"])(
    "is found by its prefix below DOMAIN_SUFFIX: %s",
    async (host) => expect(await poolIdOf(host)).toBe(pool),
  );

  it.each(["shop.example.com", "Shop.Example.com:443"])("is found by its custom domain: %s", async (host) =>
    expect(await poolIdOf(host)).toBe(pool),
  );

  it.each([
    ["the worker's own", "login.example.com"],
    ["the suffix itself", "auth.example.com"],
    ["a prefix that nobody has", "nobody.auth.example.com"],
    ["below a prefix", "www.shop.auth.example.com"],
    ["below a custom domain", "www.shop.example.com"],
    ["a custom domain taken for a prefix", "shop.example.com.auth.example.com"],
    ["what only ends like the suffix", "shop.notauth.example.com"],
    ["a prefix alone", "shop"],
    ["a prefix below another suffix", "shop.example.org"],
    ["the absolute form of a host, which is another to browsers", "shop.example.com."],
    ["an address", "127.0.0.1:8787"],
    ["an address of version 6", "[::1]:8787"],
    ["empty", ""],
  ])("is none for a host that is %s", async (_, host) => expect(await poolIdOf(host)).toBeUndefined());

  it.each([undefined, ""])("is not found by prefix without DOMAIN_SUFFIX (%j)", async (DOMAIN_SUFFIX) => {
    const changes = { ...DEPLOYMENT, DOMAIN_SUFFIX };
    expect(await poolIdOf("shop.auth.example.com", changes)).toBeUndefined();
    expect(await poolIdOf("shop.", changes)).toBeUndefined();
    expect(await poolIdOf("shop.example.com", changes)).toBe(pool);
  });

  it("is none for the worker's own host even where a pool had that name before ORIGIN was set", async () => {
    expect(await poolIdOf("shop.example.com", { ORIGIN: "https://shop.example.com" })).toBeUndefined();
  });

  it("is that of the prefix where another pool's custom domain is spelled the same", async () => {
    // Made while there was no suffix, so that nothing refused it.
    await call("CreateUserPoolDomain", { UserPoolId: other, Domain: "shop.auth.example.com", CustomDomainConfig });
    expect(await poolIdOf("shop.auth.example.com")).toBe(pool);
    expect(await poolIdOf("shop.auth.example.com", { DOMAIN_SUFFIX: undefined })).toBe(other);
  });

  it("changes with the domain", async () => {
    const Domain = "moving.example.com";
    expect(await poolIdOf(Domain)).toBeUndefined();
    const [first, second] = [await makePool(), await makePool()];
    await call("CreateUserPoolDomain", { UserPoolId: first, Domain, CustomDomainConfig });
    expect(await poolIdOf(Domain)).toBe(first);
    await call("DeleteUserPoolDomain", { UserPoolId: first, Domain });
    expect(await poolIdOf(Domain)).toBeUndefined();
    await call("CreateUserPoolDomain", { UserPoolId: second, Domain, CustomDomainConfig });
    expect(await poolIdOf(Domain)).toBe(second);
  });

  it("costs one round trip at most, and none while it is known, found or not", async () => {
    const Domain = "cheap.example.com";
    const UserPoolId = await makePool();
    await call("CreateUserPoolDomain", { UserPoolId, Domain, CustomDomainConfig });
    for (const host of [Domain, "unknown.example.com"]) {
      const opened = await open();
      await poolOfHost(opened, host);
      expect(opened.meter.hops).toBe(1);
      await poolOfHost({ ...opened, now: opened.now + SETTINGS_LIFETIME - 1 }, host);
      expect(opened.meter.hops).toBe(1);
      await poolOfHost({ ...opened, now: opened.now + SETTINGS_LIFETIME }, host);
      expect(opened.meter.hops).toBe(2);
    }
    const opened = await open();
    for (const host of ["login.example.com", "auth.example.com", "a.b.auth.example.com", "localhost"]) {
      expect(await poolOfHost(opened, host)).toBeUndefined();
    }
    expect(opened.meter.hops).toBe(0);
  });
});
