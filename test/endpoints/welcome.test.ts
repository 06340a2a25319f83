import { beforeAll, describe, expect, it } from "vitest";
import { makePool } from "../client.ts";
import { countingDatabase, get } from "../fetch.ts";

let pool: string;
beforeAll(async () => {
  pool = await makePool();
});

it("says in development where things are", async () => {
  const page = await (await get("/")).text();
  for (const link of [
    "/health",
    "/dev/outbox",
    `/${pool}/.well-known/openid-configuration`,
    `/${pool}/.well-known/jwks.json`,
  ]) {
    expect(page).toContain(`href="${link}"`);
    expect((await get(link)).status).toBe(200);
  }
});

it("tells nothing of pools, the outbox or keys in production, and does not even ask", async () => {
  const { DB, asked } = countingDatabase();
  const answer = await get("/", {}, { ENVIRONMENT: undefined, DB });
  const page = await answer.text();
  expect(answer.status).toBe(200);
  expect(page).toContain('href="/health"');
  for (const hidden of [pool, "outbox", "SECRET_ACCESS_KEY"]) expect(page).not.toContain(hidden);
  expect(asked()).toBe(0);
});

it("shows a host that the caller made up as text only", async () => {
  const page = await (await get("/", {}, { ORIGIN: 'https://x"><script>alert(1)</script>' })).text();
  expect(page).not.toContain("<script");
});

describe.each(["/", "/dev/outbox"])("%s", (path) => {
  it("allows no script, no frame around it, and only the style that it holds", async () => {
    const answer = await get(path, { headers: { accept: "text/html" } });
    const [, style] = /<style>([^<]*)<\/style>/.exec(await answer.text()) ?? [];
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    const policy = answer.headers.get("content-security-policy")?.split("; ") ?? [];
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.filter((each) => each.startsWith("style-src"))).toEqual([
      `style-src 'sha256-${btoa(String.fromCharCode(...new Uint8Array(hash)))}'`,
    ]);
    expect(policy.some((each) => each.includes("script") || each.includes("unsafe"))).toBe(false);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
  });
});
