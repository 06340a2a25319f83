import { beforeAll, describe, expect, test } from "vitest";
import { makePool } from "../../client.ts";
import { get } from "../../fetch.ts";
import { authorizeUrl, makeWebClient } from "../login/person.ts";

let pool: string;

beforeAll(async () => {
  pool = await makePool();
});

/** Where a browser is led, which a header can say. */
async function ledTo(url: string): Promise<URL> {
  const location = (await get(url, { redirect: "manual" })).headers.get("location") ?? "";
  expect(location).toMatch(/^[\x21-\x7e]+$/);
  return new URL(location);
}

describe.each([
  ["in Latin letters", "https://app.test/zurück"],
  ["in other letters", "https://app.test/戻る"],
  ["beyond the first plane", "https://app.test/🚪"],
  ["with escapes beside them", "https://app.test/戻る?von=%20%e9"],
  ["in its host", "https://bücher.test/"],
])("[RFC 3987 §3.1] a registered address %s", (_, address) => {
  const state = "a b&%/é";

  test("leads there with what the client has sent, unchanged", async () => {
    const { ClientId } = await makeWebClient(pool, { CallbackURLs: [address] });
    const led = await ledTo(authorizeUrl(ClientId, { redirect_uri: address, prompt: "none", state }));
    const meant = new URL(address);
    expect([led.host, led.pathname]).toEqual([meant.host, meant.pathname]);
    expect(led.search.startsWith(meant.search)).toBe(true);
    expect(led.searchParams.get("state")).toBe(state);
    expect(led.searchParams.get("iss")).toMatch(new RegExp(`/${pool}$`));
  });

  test("leads there after signing out", async () => {
    const { ClientId } = await makeWebClient(pool, { LogoutURLs: [address] });
    const led = await ledTo(`/logout?${new URLSearchParams({ client_id: ClientId, logout_uri: address }).toString()}`);
    expect(led.href).toBe(new URL(address).href);
  });
});
