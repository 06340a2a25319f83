import { describe, expect, it } from "vitest";
import { utf8 } from "../../../src/lib/encoding.ts";
import {
  dummyHash,
  hashPassword,
  isCurrentHash,
  isReadableHash,
  type Pepper,
  verifyPassword,
} from "../../../src/mechanisms/factors/password-hash.ts";

const pepper: Pepper = { id: "k1", bytes: Uint8Array.from({ length: 32 }, (_, i) => i) };
const peppers =
  (...known: Pepper[]) =>
  (id: string) =>
    known.find((each) => each.id === id);

// Made with OpenSSL's argon2id and HMAC through Node 24 (crypto.argon2Sync, crypto.createHmac).
const SALT = "AQIDBAUGBwgJCgsMDQ4PEA";
const SEASONED = `$argon2id$v=19$m=19456,t=2,p=1,keyid=k1$${SALT}$`;
const PLAIN = `$argon2id$v=19$m=19456,t=2,p=1$${SALT}$`;
const VECTORS = [
  ["Corr3ct-Horse!", `${SEASONED}m0u7YUu/1jDzlYLQ7Wwu8Hy2OQqRQMeGOIvzFQYDp9A`],
  ["Corr3ct-Horse!", `${PLAIN}LnNy0NkT8URODbuXl7ZKbfPhw8v6Hficn6/dJ4wiv2c`],
  ["Пароль-Надёжный1", `${SEASONED}o7okA1XXquf65dJNwevEeXMLq4TGsK//aVM2d4nuWWM`],
  ["Пароль-Надёжный1", `${PLAIN}eTjbA5RGrTHslWxM4+m/nw/HTUhMXJGaqB0Wk0egd/8`],
  ["🐎🔋📎 Staple-9", `${SEASONED}ki7YVDJPNxzCsSeOUY/nGCfevK91G6dvXAGDllS0jM8`],
  ["🐎🔋📎 Staple-9", `${PLAIN}5xWcuBcbq1LQ/U4FiisnkEYrGA9E6le93eGLs/uSMAo`],
  ["a".repeat(256), `${SEASONED}U27Ypbmy92DFddJGkKCsBOb09tmfW4izIqR6dm8P6ms`],
  ["imported", `$argon2id$v=19$m=65536,t=3,p=4$${SALT}$uEZFum39ckM30UtrG/K9VVbLfwUw3l7l55bP2Du0DXw`],
] as const;

describe("a kept password", () => {
  it.each(VECTORS)("verifies against hashes made elsewhere: %s %s", async (password, phc) => {
    expect(await verifyPassword(password, phc, peppers(pepper))).toBe(true);
    expect(await verifyPassword(`${password}x`, phc, peppers(pepper))).toBe(false);
  });

  it("verifies in every script, and not when truncated, exchanged or composed differently", async () => {
    const password = "Пароль-é-🐎🔋";
    const phc = await hashPassword(password, pepper);
    const wrong = [
      password.slice(0, -1),
      password.slice(0, 6),
      `${password.slice(0, 6)}abcdef`,
      "Пароль-e\u0301-🐎🔋",
      "",
    ];
    expect(await verifyPassword(password, phc, peppers(pepper))).toBe(true);
    for (const each of wrong) expect(await verifyPassword(each, phc, peppers(pepper)), each).toBe(false);
  });

  it("is salted: the same password never leaves the same hash", async () => {
    const [one, other] = [await hashPassword("same", pepper), await hashPassword("same", pepper)];
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1,keyid=k1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
  });

  it("cannot be verified with another pepper", async () => {
    const phc = await hashPassword("Corr3ct-Horse!", pepper);
    const other = { id: "k1", bytes: utf8("another pepper of thirty-two byte") };
    expect(await verifyPassword("Corr3ct-Horse!", phc, peppers(other))).toBe(false);
  });

  it("names its pepper, so that an older one still serves", async () => {
    const newer = { id: "_-k2", bytes: utf8("a newer pepper") };
    const phc = await hashPassword("Corr3ct-Horse!", newer);
    expect(await verifyPassword("Corr3ct-Horse!", phc, async (id) => peppers(pepper, newer)(id))).toBe(true);
    expect(await verifyPassword("Corr3ct-Horse!", VECTORS[0][1], peppers(newer, pepper))).toBe(true);
    expect(isCurrentHash(phc, newer.id)).toBe(true);
    expect(isCurrentHash(VECTORS[0][1], newer.id)).toBe(false);
  });

  it("is a fault of the server, not of the password, when the pepper is gone", async () => {
    await expect(verifyPassword("Corr3ct-Horse!", VECTORS[0][1], peppers())).rejects.toThrow("no password pepper");
    await expect(hashPassword("x", { id: "a,b$", bytes: pepper.bytes })).rejects.toThrow("PHC");
  });

  it("matches nothing where there is no user, at the cost of a real one", async () => {
    const dummy = dummyHash("k1");
    const cost = (phc: string) => phc.split("$").slice(0, 4).join("$");
    expect(cost(dummy)).toBe(cost(await hashPassword("x", pepper)));
    expect(dummy).toHaveLength((await hashPassword("x", pepper)).length);
    for (const password of ["", "x", "Corr3ct-Horse!"])
      expect(await verifyPassword(password, dummy, peppers(pepper))).toBe(false);
  });

  it("is imported hash or not, judged by form and reasonable cost", async () => {
    const tail = `$${SALT}$m0u7YUu/1jDzlYLQ7Wwu8Hy2OQqRQMeGOIvzFQYDp9A`;
    expect(isReadableHash(`$argon2id$v=19$m=65536,t=4,p=1${tail}`)).toBe(true);
    const refused = [
      "",
      "plain",
      `$argon2i$v=19$m=19456,t=2,p=1${tail}`,
      `$argon2id$v=16$m=19456,t=2,p=1${tail}`,
      `$argon2id$v=19$m=65537,t=1,p=1${tail}`,
      `$argon2id$v=19$m=4194304,t=1,p=1${tail}`,
      `$argon2id$v=19$m=65536,t=5,p=1${tail}`,
      `$argon2id$v=19$m=19456,t=0,p=1${tail}`,
      `$argon2id$v=19$m=19456,t=17,p=1${tail}`,
      `$argon2id$v=19$m=19456,t=2,p=0${tail}`,
      `$argon2id$v=19$m=64,t=2,p=9${tail}`,
      `$argon2id$v=19$m=19456,t=2,p=1$AQID$${tail.split("$")[2]}`,
      `$argon2id$v=19$m=19456,t=2,p=1$${SALT}$AQID`,
      `$argon2id$v=19$m=19456,t=2,p=1${tail}!`,
      `$argon2id$v=19$m=19456,t=2,p=1${tail}\n`,
    ];
    for (const phc of refused) expect(isReadableHash(phc), phc).toBe(false);
    expect(await verifyPassword("", refused[0] as string, peppers(pepper))).toBe(false);
    expect(await verifyPassword("plain", "plain", peppers(pepper))).toBe(false);
  });
});
