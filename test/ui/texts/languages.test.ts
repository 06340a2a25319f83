import { describe, expect, test } from "vitest";
import { en } from "../../../src/ui/texts/en.ts";
import { chooseLanguage, languages } from "../../../src/ui/texts/languages.ts";

type Leaf = string | ((argument: never) => string);

/** Every text with the path of its name. */
const leaves = (texts: object, path = ""): [string, Leaf][] =>
  Object.entries(texts).flatMap(([name, value]) =>
    typeof value === "object" ? leaves(value as object, `${path}${name}.`) : [[path + name, value as Leaf]],
  );

test("has the languages of Amazon Cognito's managed login", () => {
  expect([...languages.keys()].sort()).toEqual(
    ["de", "en", "es", "fr", "id", "it", "ja", "ko", "nl", "pt-BR", "zh-CN", "zh-TW"].sort(),
  );
});

describe.each([...languages])("the texts in %s", (_, { texts }) => {
  const own = new Map(leaves(texts));

  test("are those that English has, no more and no fewer", () => {
    expect([...own.keys()].sort()).toEqual(
      leaves(en)
        .map(([name]) => name)
        .sort(),
    );
  });

  test("say something, and repeat what they are given", () => {
    for (const [name, text] of own) {
      const said = typeof text === "string" ? text : text("12345" as never);
      expect(said.trim(), name).toBe(said);
      expect(said, name).not.toBe("");
      if (typeof text === "function") expect(said, name).toContain("12345");
    }
  });
});

test.each([...languages].filter(([tag]) => tag !== "en"))("the texts in %s are not left in English", (_, { texts }) => {
  const own = new Map(leaves(texts));
  const same = leaves(en).filter(
    ([name, text]) => typeof text === "string" && own.get(name) === text && text.length > 12,
  );
  expect(same).toEqual([]);
});

describe("the choice of a language", () => {
  test.each([
    [["de"], "de"],
    [["de-AT"], "de"],
    [["pt"], "pt-BR"],
    [["pt-PT"], "pt-BR"],
    [["PT-br"], "pt-BR"],
    [["zh"], "zh-CN"],
    [["zh-Hant"], "zh-TW"],
    [["zh-Hant-HK"], "zh-TW"],
    [["zh-HK"], "zh-TW"],
    [["zh-SG"], "zh-CN"],
    [["tlh", "fr-CA", "de"], "fr"],
    [["xx"], "en"],
    [["__proto__", "constructor"], "en"],
    [[], "en"],
  ])("of those who want %j is %s", (wanted, chosen) => {
    expect(chooseLanguage(wanted)).toBe(chosen);
  });
});
