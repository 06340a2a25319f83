import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { checkToken, signToken } from "../../../src/mechanisms/tokens/jwt.ts";
import { signingKeys } from "../../../src/mechanisms/tokens/keys.ts";

it("takes no token by a key that is published no more", async () => {
  const now = 1_800_000_000_000;
  const claims = {
    iss: "https://limen.test/p",
    sub: "s",
    token_use: "access",
    iat: now / 1000,
    exp: now / 1000 + 3_600,
  };
  const keys = signingKeys([env.SIGNING_KEYS as string]);
  const token = await signToken(keys, "access", claims, now);
  const until = (publish_until: number) => keys.map((key) => ({ ...key, publish_until }));
  expect(await checkToken(until(now / 1000 + 1), "access", token, now)).toHaveProperty("claims");
  expect(await checkToken(until(now / 1000), "access", token, now)).toBe("invalid");
});
