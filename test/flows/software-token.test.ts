import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Call } from "../../src/call.ts";
import { openCall } from "../../src/call.ts";
import type { User } from "../../src/directory/users.ts";
import { judgeTotp, matchesSeed, newSeed, openSeed, sealSeed } from "../../src/flows/software-token.ts";
import { codeOf } from "../authenticator-app.ts";
import { ORIGIN } from "../client.ts";

let call: Call;
beforeAll(async () => {
  // Steps are told apart here: none may begin meanwhile.
  vi.useFakeTimers({ toFake: ["Date"], now: 1_700_000_000_000 });
  call = await openCall(new Request(ORIGIN), env, { waitUntil: () => undefined });
});
afterAll(() => void vi.useRealTimers());

const jane = { poolId: "us-east-1_Ab1Cd2Ef3", sub: "4f1c9a52-30d1-70c8-6c1f-9d0a5b7e2c11" };
/** Someone whose app has shown a code before: the one of so many steps ago. */
const owner = async (seed: string, ago: number): Promise<User> =>
  ({
    ...jane,
    factors: { softwareToken: { seed: await sealSeed(call, jane, seed), step: Math.floor(call.now / 30_000) - ago } },
  }) as unknown as User;

describe("a seed", () => {
  it("is base32 of 160 bits, as the service model and apps take it", () => {
    expect(newSeed()).toMatch(/^[A-Z2-7]{32}$/);
    expect(newSeed()).not.toBe(newSeed());
  });

  it("is kept sealed, and opens for its own user alone", async () => {
    const seed = newSeed();
    const sealed = await sealSeed(call, jane, seed);
    expect(sealed).not.toContain(seed);
    expect(await openSeed(call, jane, sealed)).toBe(seed);
    expect(await openSeed(call, { ...jane, sub: "other" }, sealed)).toBeUndefined();
    expect(await openSeed(call, { ...jane, poolId: "us-east-1_Zzzzzzzzz" }, sealed)).toBeUndefined();
    expect(await openSeed(call, jane, `${sealed.slice(0, -2)}AA`)).toBeUndefined();
    expect(await openSeed(call, jane, await call.keyring.seal("challenge", new Uint8Array(20)))).toBeUndefined();
  });
});

describe("a code of a user's app", () => {
  it("is taken with its step, as long as that is later than the last", async () => {
    const seed = newSeed();
    const step = Math.floor(call.now / 30_000);
    expect(await judgeTotp(call, await owner(seed, 9), await codeOf(seed))).toEqual({ step });
    expect(await judgeTotp(call, await owner(seed, 1), await codeOf(seed))).toEqual({ step });
  });

  it("[RFC 6238 §5.2] is not taken again, nor one of a step before it", async () => {
    const seed = newSeed();
    const used = { name: "ExpiredCodeException", message: "Your software token has already been used once." };
    for (const [last, shown] of [
      [0, 0],
      [0, -1],
      [-1, 0],
      [-1, 1],
    ] as const) {
      await expect(
        judgeTotp(call, await owner(seed, last), await codeOf(seed, shown)),
        `${last} ${shown}`,
      ).rejects.toMatchObject(used);
    }
  });

  it("is refused when wrong, when the seed is somebody else's, and where there is no app", async () => {
    const seed = newSeed();
    const wrong = { name: "CodeMismatchException", message: "Invalid code received for user" };
    const code = await codeOf(seed);
    await expect(judgeTotp(call, await owner(seed, 9), "12345x")).rejects.toMatchObject(wrong);
    await expect(judgeTotp(call, { ...(await owner(seed, 9)), sub: "other" }, code)).rejects.toMatchObject(wrong);
    await expect(judgeTotp(call, { ...jane, factors: {} } as unknown as User, code)).rejects.toMatchObject({
      name: "SoftwareTokenMFANotFoundException",
    });
  });

  it("fits no seed that is no base32", async () => {
    expect(await matchesSeed(call, "not base32!", "123456")).toBeUndefined();
  });
});
