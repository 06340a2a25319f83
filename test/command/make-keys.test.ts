import { calculateJwkThumbprint, createLocalJWKSet, jwtVerify } from "jose";
import { expect, test } from "vitest";
import {
  firstSigningKeys,
  makeMasterKey,
  presentSigningSecrets,
  PUBLISH_FIRST,
  rotateMasterKey,
  rotateSigningKeys,
  type Secrets,
  signingSecrets,
  toLines,
} from "../../src/command/make-keys.ts";
import { parseEnv } from "node:util";
import { Keyring } from "../../src/lib/keyring.ts";
import { utf8 } from "../../src/lib/encoding.ts";
import { signToken } from "../../src/mechanisms/tokens/jwt.ts";
import { publicKeys, type SigningKey, signingKeys } from "../../src/mechanisms/tokens/keys.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
const CLAIMS = { iss: "https://limen.test/pool", sub: "someone", token_use: "access" };

/** The keys as the worker reads them from secrets. */
const read = (secrets: Secrets): SigningKey[] => signingKeys(presentSigningSecrets(secrets));

const rotate = async (secrets: Secrets, now: number): Promise<Secrets> =>
  signingSecrets(await rotateSigningKeys(read(secrets), now), secrets);

/** Whether a client that fetched the key set at a time can verify a token signed at another. */
async function verifies(token: string, keys: SigningKey[], fetchedAt: number): Promise<boolean> {
  const set = createLocalJWKSet(publicKeys(keys, fetchedAt * 1000) as never);
  return jwtVerify(token, set, { currentDate: new Date(fetchedAt * 1000) }).then(
    () => true,
    () => false,
  );
}

const sign = (keys: SigningKey[], at: number) =>
  signToken(keys, "access", { ...CLAIMS, iat: at, exp: at + DAY }, at * 1000);
const kidOf = (token: string): string => JSON.parse(atob(token.split(".")[0] as string)).kid;

test("makes two RSA keys of 2048 bits, one for each kind of token, that sign at once", async () => {
  const keys = read(signingSecrets(await firstSigningKeys()));
  expect(keys.map((key) => [key.kty, key.alg, key.token_use, key.sign_from])).toEqual([
    ["RSA", "RS256", "id", 0],
    ["RSA", "RS256", "access", 0],
  ]);
  expect(keys.map((key) => atob((key.n as string).replaceAll("-", "+").replaceAll("_", "/")).length)).toEqual([
    256, 256,
  ]);
  expect(await verifies(await sign(keys, NOW), keys, NOW)).toBe(true);
});

test("[RFC 7638 §3] names a key by the thumbprint of its public part", async () => {
  for (const { kty, n, e, kid } of await firstSigningKeys()) {
    expect(kid).toBe(await calculateJwkThumbprint({ kty, n, e } as never, "sha256"));
  }
});

test("makes other keys each time", async () => {
  const kids = [...(await firstSigningKeys()), ...(await firstSigningKeys())].map((key) => key.kid);
  expect(new Set(kids).size).toBe(4);
  expect(makeMasterKey()).not.toBe(makeMasterKey());
});

test("publishes a successor a day before it signs, and keeps the former key until its last token has expired", async () => {
  const before = signingSecrets(await firstSigningKeys());
  const after = await rotate(before, NOW);
  const [old, keys] = [read(before), read(after)];
  const signsFrom = NOW + PUBLISH_FIRST;

  const early = await sign(old, NOW - 1);
  const waiting = await sign(keys, signsFrom - 1);
  const late = await sign(keys, signsFrom);
  expect(kidOf(waiting)).toBe(kidOf(early));
  expect(kidOf(late)).not.toBe(kidOf(early));

  expect(await verifies(early, keys, NOW), "signed before, verified after").toBe(true);
  expect(
    await verifies(late, keys, signsFrom - PUBLISH_FIRST),
    "signed by the successor, key set fetched a day ago",
  ).toBe(true);
  expect(
    await verifies(waiting, keys, signsFrom - 1 + DAY - 1),
    "the last token of the former key, just before its end",
  ).toBe(true);
});

test("drops a key once no token of it can be valid, and rotates again without end", async () => {
  let secrets = signingSecrets(await firstSigningKeys());
  for (let at = NOW; at < NOW + 30 * DAY; at += 3 * DAY) {
    secrets = await rotate(secrets, at);
    expect(read(secrets)).toHaveLength(4);
    expect(await verifies(await sign(read(secrets), at), read(secrets), at)).toBe(true);
  }
});

test("makes successors even where every key has lapsed", async () => {
  const lapsed = (await firstSigningKeys()).map((key) => ({ ...key, publish_until: NOW - 1 }));
  const keys = await rotateSigningKeys(lapsed, NOW);
  expect(keys.map((key) => [key.token_use, key.sign_from])).toEqual([
    ["id", NOW + PUBLISH_FIRST],
    ["access", NOW + PUBLISH_FIRST],
  ]);
});

test("does not prolong a key whose end was set by an earlier rotation", async () => {
  const once = await rotateSigningKeys(await firstSigningKeys(), NOW);
  const twice = await rotateSigningKeys(once, NOW + 3_600);
  const ends = new Map(once.map((key) => [key.kid, key.publish_until]));
  for (const key of twice) if (ends.get(key.kid) !== undefined) expect(key.publish_until).toBe(ends.get(key.kid));
});

test("keeps every secret within 5 KB, and says so when three are not enough", async () => {
  let secrets = signingSecrets(await firstSigningKeys());
  secrets = await rotate(secrets, NOW);
  secrets = await rotate(secrets, NOW + 1);
  expect([...secrets.keys()]).toEqual(["SIGNING_KEYS", "SIGNING_KEYS_2", "SIGNING_KEYS_3"]);
  for (const value of secrets.values()) expect(value.length).toBeLessThanOrEqual(5_000);
  await expect(rotate(secrets, NOW + 2)).rejects.toThrow(/8 signing keys do not fit into 3 secrets; .* 2027-01-17/);
});

test("empties a secret that is no longer needed, so that no lapsed key stays behind in it", async () => {
  let secrets = signingSecrets(await firstSigningKeys());
  secrets = await rotate(secrets, NOW);
  secrets = await rotate(secrets, NOW + 1);
  secrets = await rotate(secrets, NOW + 30 * DAY);
  expect(secrets.get("SIGNING_KEYS_3")).toBe('{"keys":[]}');
  expect(read(secrets)).toHaveLength(4);
});

test("opens with the former master key what it sealed, and seals with the new one", async () => {
  const former = makeMasterKey();
  const next = rotateMasterKey(former);
  const sealed = await (await Keyring.open(former)).seal("test", utf8("secret"));
  const [rotated, onlyNew] = [await Keyring.open(next), await Keyring.open(next.split(",")[0])];
  expect(await rotated.open("test", sealed)).toEqual(utf8("secret"));
  expect(await onlyNew.open("test", sealed)).toBeNull();
  expect(await onlyNew.open("test", await rotated.seal("test", utf8("secret")))).toEqual(utf8("secret"));
});

test("writes lines that are read back as they were, quotes included", async () => {
  const [key] = await firstSigningKeys();
  const secrets = signingSecrets([{ ...(key as SigningKey), note: 'it\'s a "key"' }]);
  const text = parseEnv(toLines(secrets)).SIGNING_KEYS as string;
  expect(JSON.parse(text).keys[0].note).toBe('it\'s a "key"');
});
