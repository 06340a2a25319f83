import { expect, test } from "vitest";
import { get } from "../../fetch.ts";

const languageAt = async (wished: string[], headers: Record<string, string> = {}): Promise<string | undefined> => {
  const query = new URLSearchParams({ error: "x", ui_locales: wished.join(" ") }).toString();
  const page = await (await get(`/error?${query}`, { headers })).text();
  return /<html lang="([^"]*)"/.exec(page)?.[1];
};

/** Languages that no page has. */
const strange = (count: number): string[] => Array.from({ length: count }, () => "tlh");

test("of a list of wishes the first twenty are looked at: comparing takes time, and a list may be as long as an address", async () => {
  expect(await languageAt([...strange(19), "de"])).toBe("de");
  expect(await languageAt([...strange(20), "de"])).toBe("en");
  expect(await languageAt([], { "accept-language": [...strange(19), "de"].join(",") })).toBe("de");
  expect(await languageAt([], { "accept-language": [...strange(20), "de"].join(",") })).toBe("en");
  expect(await languageAt(strange(5_000), { "accept-language": "de" })).toBe("de");
});
