import fc from "fast-check";
import type { StringShape } from "../../../src/endpoints/aws/model/model.ts";

/** Characters of many kinds; those that a class admits make up its texts. The last is outside the basic plane. */
const alphabet = Array.from(" !#$%&'()*+,-./0189:;<=>?@AZ[]^_`az{|}~\"\\\t\n\réß\u0301漢\u00a0€😀");

const hex = (length: number) => text("0123456789abcdef", length, length);
const word = text("abcXYZ019", 1, 8);
const arn = fc
  .tuple(word, word, word)
  .map(([service, account, name]) => `arn:aws:${service}:eu-west-1:1234:${account}/${name}`);
const uuid = fc.tuple(hex(8), hex(4), hex(3), hex(3), hex(12)).map(([a, b, c, d, e]) => `${a}-${b}-4${c}-a${d}-${e}`);
const around = (mark: string) => fc.tuple(word, word).map(([before, after]) => `${before} ${mark}${after}`);
const whole = (...values: string[]) => fc.constantFrom(...values);

/** Texts for patterns that are more than one class. By the end of the pattern, since some are long. */
const written: [ending: string, texts: fc.Arbitrary<string>][] = [
  [":::[\\w+=/,.@-]+(:[\\w+=/,.@-]+)?(:[\\w+=/,.@-]+)?", word.map((name) => `arn:aws:s3:::${name}`)],
  ["(:[\\w+=/,.@-]+)?(:[\\w+=/,.@-]+)?", arn],
  ["(:[\\w+=/,.@-]+)?(:[\\w+=/,.@-]+)?)?", fc.oneof(arn, whole(""))],
  ["[\\w-]+_[0-9a-zA-Z]+", word.map((name) => `eu-west-1_${name}`)],
  ["[\\w-]+_[0-9a-f-]+", uuid.map((id) => `eu-west-1_${id}`)],
  ["[\\w-]+:[0-9a-f-]+", uuid.map((id) => `eu-west-1:${id}`)],
  [
    "(?:\\.[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?)*$",
    fc.array(text("abc019", 1, 20), { minLength: 1, maxLength: 4 }).map((labels) => labels.join(".")),
  ],
  ["(?<!\\.)$", text("abcXYZ019-_", 3, 20)],
  ["[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$", uuid],
  ["chinese-(simplified|traditional))$", whole("cognito:default", "cognito:dutch", "cognito:chinese-simplified")],
  ["^(terms-of-use|privacy-policy)$", whole("terms-of-use", "privacy-policy")],
  ["import-[0-9a-zA-Z-]+", word.map((name) => `import-${name}`)],
  ["(tkn|sso)[0-9a-z]+", fc.tuple(whole("tkn", "sso"), hex(25)).map((parts) => parts.join(""))],
  ["(un)?authenticated", whole("authenticated", "unauthenticated")],
  ["[^_\\p{Z}][\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}][^_\\p{Z}]+", text("abcXYZ漢", 3, 20)],
  ["@[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+", fc.tuple(word, word).map(([name, host]) => `${name}@${host}.example`)],
  ["\\{####\\}[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\s*]*", around("{####}")],
  ["##\\}[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\s*]*", around("{##Click here##}")],
  [".*\\{####\\}.*", around("{####}")],
  ["(?s).*", text("abc\n 漢", 6, 30)],
  [
    "^[\\S]+.*[\\S]+$",
    fc.tuple(text("aZ0!é", 3, 8), text(" \taZ", 0, 4), text("aZ0!é", 3, 8)).map((parts) => parts.join("")),
  ],
];

/** Texts that a string shape accepts, short where it does not ask for more. */
export function validText(shape: StringShape): fc.Arbitrary<string> {
  if (shape.enum) return fc.constantFrom(...shape.enum);
  const min = shape.min ?? 0;
  const max = Math.min(shape.max ?? Number.POSITIVE_INFINITY, min + 20);
  const { pattern } = shape;
  if (pattern === undefined) return text(alphabet, min, max);
  const single = /^\^?(\[(?:\\.|[^\]\\])*\])([*+])\$?$/.exec(pattern);
  if (single) {
    // White space means that of ASCII in the models.
    const ascii = single[1]?.replaceAll("\\S", "!-~é漢").replaceAll("\\s", " \\t\\n\\r");
    const admitted = new RegExp(`^${ascii}$`, "u");
    const least = single[2] === "+" ? Math.max(1, min) : min;
    return text(
      alphabet.filter((character) => admitted.test(character)),
      least,
      Math.max(least, max),
    );
  }
  if (pattern === "\\d+") return text("0189", Math.max(1, min), max);
  const texts = written.find(([ending]) => pattern.endsWith(ending))?.[1];
  if (!texts) throw new Error(`say in arbitrary-text.ts how texts of ${pattern} are made`);
  return texts;
}

/** Texts of `min` to `max` characters out of an alphabet. */
function text(characters: Iterable<string>, min: number, max: number): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...characters), { minLength: min, maxLength: max }).map((all) => all.join(""));
}

/** A last character that spoils a text, for patterns that take the control character which spoils all others. */
const spoilers: Record<string, string> = {
  "[\\S]+": " ",
  "^[\\S]+.*[\\S]+$": " ",
  ".*\\{####\\}.*": "\n",
  "[^_\\p{Z}][\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}][^_\\p{Z}]+": "_",
};

/** Texts that break the pattern of a shape but not its lengths; null where none is known. */
export function brokenText(shape: StringShape): fc.Arbitrary<string> | null {
  if (shape.enum) return fc.constantFrom("", "NO_SUCH_VALUE", "__proto__", `${shape.enum[0]} `);
  if (!shape.pattern || shape.pattern === "(?s).*") return null;
  const wrong = spoilers[shape.pattern] ?? "\u0007";
  return validText(shape)
    .map((valid) => Array.from(valid).slice(0, -1).concat(wrong).join(""))
    .map((value) => value.padEnd(shape.min ?? 0, wrong));
}
