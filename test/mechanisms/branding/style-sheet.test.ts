import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileStyleSheet, LONGEST_STYLE_SHEET } from "../../../src/mechanisms/branding/style-sheet.ts";

const refusal = (css: string): string => {
  try {
    return `accepted as ${compileStyleSheet(css)}`;
  } catch (thrown) {
    const { name, message } = thrown as Error;
    expect(name).toBe("InvalidParameterException");
    return message;
  }
};

/** Every class and property of Cognito's own template. */
const TEMPLATE = `
.logo-customizable { max-width: 60%; max-height: 30%; }
.banner-customizable { padding: 25px 0px 25px 0px; background-color: lightgray; }
.label-customizable { font-weight: 400; }
.textDescription-customizable { padding-top: 10px; padding-bottom: 10px; display: block; font-size: 16px; }
.idpDescription-customizable { padding-top: 10px; padding-bottom: 10px; display: block; font-size: 16px; }
.legalText-customizable { color: #747474; font-size: 11px; }
.submitButton-customizable { font-size: 14px; font-weight: bold; margin: 20px 0px 10px 0px; height: 40px; width: 100%; color: #fff; background-color: #337ab7; }
.submitButton-customizable:hover { color: #fff; background-color: #286090; }
.errorMessage-customizable { padding: 5px; font-size: 14px; width: 100%; background: #F5F5F5; border: 2px solid #D64958; color: #D64958; box-sizing: border-box; margin: 0 0 1em 0 }
.inputField-customizable { width: 100%; height: 34px; color: #555; background-color: #fff; border: 1px solid #ccc; }
.inputField-customizable:focus { border-color: #66afe9; outline: 0; }
.idpButton-customizable { height: 40px; width: 100%; text-align: center; margin-bottom: 15px; color: #fff; background-color: #5bc0de; border-color: #46b8da; }
.idpButton-customizable:hover { color: #fff; background-color: #31b0d5; }
.socialButton-customizable { border-radius: 2px; height: 40px; margin-bottom: 15px; padding: 1px; text-align: left; width: 100%; }
.redirect-customizable { text-align: center; }
.passwordCheck-notValid-customizable { color: #DF3312; }
.passwordCheck-valid-customizable { color: #19BF00; }
.background-customizable { background-color: #fff; }
`;

describe("a style sheet for the pages", () => {
  it("[Cognito, hosted UI (classic) branding] takes every class and property of the template", () => {
    const compiled = compileStyleSheet(TEMPLATE);
    expect(compiled.split("\n")).toHaveLength(18);
    expect(compiled).toContain(".banner-customizable{padding:25px 0px 25px 0px;background-color:lightgray}");
    expect(compiled).toContain(".inputField-customizable:focus{border-color:#66afe9;outline:0}");
  });

  it("is written anew, without what only people read", () => {
    const css = `/* a */ .label-customizable,\n  .legalText-customizable { /* b */ COLOR : red/* c */; font-weight:\n 700 ! important }`;
    expect(compileStyleSheet(css)).toBe(
      ".label-customizable,.legalText-customizable{color:red;font-weight:700!important}",
    );
    expect(compileStyleSheet("")).toBe("");
    expect(compileStyleSheet("/* nothing */")).toBe("");
    expect(compileStyleSheet(".label-customizable{}")).toBe(".label-customizable{}");
    expect(compileStyleSheet(compileStyleSheet(TEMPLATE))).toBe(compileStyleSheet(TEMPLATE));
  });

  it.each([
    ["background", "linear-gradient(135deg, #0a1226 0%, rgba(19, 38, 77, .5) 100%)"],
    ["background", "radial-gradient(circle at 10% 12%, rgb(35 201 245 / 18%), transparent 34%), #f8fbff"],
    ["box-shadow", "0 0 0 3px hsla(190, 90%, 55%, 0.25)"],
    ["margin", "-13px +2px .5em 0"],
    ["border", "1px solid RGBA(0,0,0,.2)"],
    ["font-family", `"Segoe UI", 'Open Sans', Arial, sans-serif`],
    ["color", "#FFFFFF80"],
    ["background-color", "currentColor"],
  ])("takes %s: %s", (property, value) => {
    expect(compileStyleSheet(`.banner-customizable { ${property}: ${value}; }`)).toBe(
      `.banner-customizable{${property}:${value}}`,
    );
  });

  it.each([
    [".card { color: red }", 'the selector ".card" is not allowed'],
    ["body { color: red }", 'the selector "body" is not allowed'],
    ["* { color: red }", 'the selector "*" is not allowed'],
    [".label-customizable, p { color: red }", 'the selector "p" is not allowed'],
    [".label-customizable p { color: red }", "the selector"],
    [".label-customizable > p { color: red }", "the selector"],
    [".label-customizable:hover { color: red }", "the selector"],
    [".inputField-customizable::before { color: red }", "the selector"],
    ['.inputField-customizable[value^="a"] { color: red }', "the selector"],
    [".inputField-customizable:not(.x) { color: red }", "the selector"],
    [".LABEL-customizable { color: red }", "the selector"],
    [String.raw`.l\61 bel-customizable { color: red }`, "the selector"],
    [".label-customizable/**/p { color: red }", "the selector"],
    [".label-customizable, { color: red }", "the selector"],
    ["{ color: red }", 'the selector "" is not allowed'],
    ['@import "//evil.test/a.css";', 'the statement "@import" is not allowed'],
    [String.raw`@\69mport "//evil.test/a.css";`, "in line 1"],
    ["@media print { .label-customizable { color: red } }", 'the statement "@media" is not allowed'],
    ["@supports (color: red) { }", 'the statement "@supports" is not allowed'],
    ["@page { margin: 0 }", 'the statement "@page" is not allowed'],
    ["@charset 'utf-7';", "the statement"],
    ["@font-face { font-family: a; src: url(//evil.test) }", "the statement"],
    [".label-customizable { @media print { color: red } }", "stands more than declarations"],
    [".label-customizable { .legalText-customizable { color: red } }", "stands more than declarations"],
    [".label-customizable { & { color: red } }", "stands more than declarations"],
    ["color: red", "a declaration stands outside a rule"],
    [".label-customizable { color: red", "Unclosed block, in line 1"],
    [".label-customizable { color: red }}", "Unexpected }, in line 1"],
    ["\n/* \n", "Unclosed comment, in line 2"],
    [".label-customizable { position: fixed }", 'the property "position" is not allowed'],
    [".label-customizable { content: 'a' }", 'the property "content" is not allowed'],
    [".label-customizable { behavior: url(a.htc) }", 'the property "behavior" is not allowed'],
    [".label-customizable { -moz-binding: url(a) }", "the property"],
    [".label-customizable { background-image: none }", "the property"],
    [".label-customizable { --a: red }", "the property"],
    [".label-customizable { *color: red }", 'the property "*color" is not allowed'],
    [".label-customizable { _color: red }", "the property"],
    [String.raw`.label-customizable { c\6flor: red }`, "the property"],
    [".label-customizable { color: }", "the value of color"],
    [".label-customizable { background: url(//evil.test) }", "the value of background"],
    [".label-customizable { background: url(javascript:alert) }", "the value of background"],
    [".label-customizable { background: URL('data:image/png,') }", "the value of background"],
    [".label-customizable { background: u/**/rl(//evil.test) }", "the value of background"],
    [String.raw`.label-customizable { background: \75rl(//evil.test) }`, "the value of background"],
    [String.raw`.label-customizable { color: red\9 }`, "the value of color"],
    [".label-customizable { background: image-set('a' 1x) }", "the value of background"],
    [".label-customizable { background: linear-gradient(url(a), red) }", "the value of background"],
    [".label-customizable { width: expression(alert(1)) }", "the value of width"],
    [".label-customizable { width: expression/**/(alert(1)) }", "the value of width"],
    [".label-customizable { width: calc(100% + 1px) }", "the value of width"],
    [".label-customizable { color: var(--a) }", "the value of color"],
    [".label-customizable { color: rgb (1, 2, 3) }", "the value of color"],
    [".label-customizable { color: rgb(1, 2, 3)) }", "the value of color"],
    [".label-customizable { color: rgb(1, (2), 3) }", "the value of color"],
    [".label-customizable { color: #12 }", "the value of color"],
    [".label-customizable { color: #123456789 }", "the value of color"],
    [".label-customizable { color: red!ie }", "the value of color"],
    [".label-customizable { color: </style><script>alert(1)</script> }", "the value of color"],
    [".label-customizable{color:red}</style><script>alert(1)</script>", "in line 1"],
    [".label-customizable { font-family: '</style>' }", "the value of font-family"],
    [".label-customizable { font-family: 'a\\'b' }", "the value of font-family"],
    [".label-customizable { font-family: 'a;b' }", "the value of font-family"],
    [".label-customizable { color: réd }", "the value of color"],
    ["<!-- .label-customizable { color: red } -->", "in line 1"],
  ])("refuses %s", (css, reason) => {
    expect(refusal(css)).toMatch(/^Invalid CSS: /);
    expect(refusal(css)).toContain(reason);
  });

  it("is refused where it or one value is too long", () => {
    expect(refusal(`.label-customizable { color: ${"red ".repeat(60)} }`)).toContain("the value of color");
    expect(refusal(" ".repeat(LONGEST_STYLE_SHEET))).toBe("accepted as ");
    expect(refusal(" ".repeat(LONGEST_STYLE_SHEET + 1))).toBe("Invalid CSS: it is longer than 32768 characters.");
  });

  it("is not repeated by a refusal but for a little", () => {
    const long = "x".repeat(5_000);
    for (const css of [
      `.${long} {}`,
      long,
      `@${long};`,
      `.label-customizable{${long}:red}`,
      `.label-customizable{${long}}`,
    ]) {
      expect(refusal(css).length).toBeLessThan(200);
    }
  });

  it("reads no source map that a comment names", () => {
    const map = "/*# sourceMappingURL=data:application/json;base64,e30= */\n/*# sourceMappingURL=../../package.json */";
    expect(compileStyleSheet(`.label-customizable { color: red }\n${map}`)).toBe(".label-customizable{color:red}");
  });

  it("is done in no time with what is long or deep", () => {
    const hostile = [
      "{".repeat(LONGEST_STYLE_SHEET),
      `.label-customizable { color: ${"rgb(".repeat(8_000)} }`,
      `.label-customizable { color: ${"a".repeat(32_000)} }`,
      ".label-customizable,".repeat(1_600),
      "/*".repeat(16_000),
      `.label-customizable{${"color:red;".repeat(3_200)}}`,
    ];
    const start = performance.now();
    for (const css of hostile) refusal(css);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it("comes, whatever was sent, to nothing but rules for the documented classes", () => {
    const pieces = [
      ".label-customizable",
      ".submitButton-customizable:hover",
      "color",
      "background",
      "red",
      "#fff",
      ":",
      ";",
    ];
    const hostile = [
      "{",
      "}",
      "url(",
      ")",
      "rgb(",
      ",",
      "/*",
      "*/",
      "@import",
      "</style>",
      "<script>",
      "\\",
      '"',
      "'",
      "!important",
      " ",
      "\n",
      "\0",
      "\u2028",
    ];
    const anything = fc.oneof(fc.constantFrom(...pieces, ...hostile), fc.string({ maxLength: 3 }));
    const rule = fc
      .tuple(fc.constantFrom("color", "background"), fc.array(anything, { maxLength: 6 }))
      .map(([property, value]) => `.label-customizable{${property}:${value.join("")}}`);
    const sheet = fc.oneof(
      rule,
      fc.array(anything, { maxLength: 25 }).map((parts) => parts.join("")),
    );
    const harmless =
      /^(?:(?:\.[A-Za-z-]+-customizable(?::hover)?,?)+\{(?:[a-z-]+:[\w#%., ()+"'/-]+(?:!important)?;?)*\}\n?)*$/;
    let accepted = 0;
    fc.assert(
      fc.property(sheet, (css) => {
        const said = refusal(css);
        if (!said.startsWith("accepted as ")) return;
        accepted++;
        const compiled = said.slice("accepted as ".length);
        expect(compiled).toMatch(harmless);
        expect(compiled).not.toMatch(/url|\/\*|\/\//i);
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});
