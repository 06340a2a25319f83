import type { ChildNode, Declaration, Root, Rule } from "postcss";
import parse from "postcss/lib/parse";
import { Refusal } from "../../lib/refusal.ts";

/** Amazon Cognito: hosted UI (classic) branding, class names; each with the states that it may be styled in. */
const SELECTORS: ReadonlySet<string> = new Set([
  ".background-customizable",
  ".banner-customizable",
  ".errorMessage-customizable",
  ".idpButton-customizable",
  ".idpButton-customizable:hover",
  ".idpDescription-customizable",
  ".inputField-customizable",
  ".inputField-customizable:focus",
  ".label-customizable",
  ".legalText-customizable",
  ".logo-customizable",
  ".passwordCheck-notValid-customizable",
  ".passwordCheck-valid-customizable",
  ".redirect-customizable",
  ".socialButton-customizable",
  ".submitButton-customizable",
  ".submitButton-customizable:hover",
  ".textDescription-customizable",
]);

/**
 * The properties of the same page, and others of boxes and text that style sheets made for Cognito have in practice. None
 * takes an element out of its place.
 */
const PROPERTIES: ReadonlySet<string> = new Set(
  [
    "background background-color border border-bottom border-color border-left border-radius border-right border-style",
    "border-top border-width box-shadow box-sizing color display font-family font-size font-style font-weight height",
    "letter-spacing line-height margin margin-bottom margin-left margin-right margin-top max-height max-width",
    "min-height min-width outline padding padding-bottom padding-left padding-right padding-top text-align",
    "text-decoration text-transform width",
  ].flatMap((line) => line.split(" ")),
);

/** Characters that a style sheet may have. It is part of every page; Cognito advises to stay below 3 KB. */
export const LONGEST_STYLE_SHEET = 32_768;

const LONGEST_VALUE = 200;

/**
 * One part of a value: space, separator, colour, number with unit, function of colours, closing parenthesis, keyword, name
 * of a font. No other function, so that nothing is fetched; no backslash, so that nothing is written otherwise; none of the
 * characters that end a rule, a style sheet or its element.
 */
const PART =
  /\s+|[,/]|#[\da-f]{3,8}(?![\w-])|[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:%|[a-z]{1,4})?(?![\w%.-])|(?<open>(?:rgba?|hsla?|linear-gradient|radial-gradient)\()|(?<close>\))|[a-z][a-z-]*(?![\w(-])|"[\w .-]*"|'[\w .-]*'/iy;

/**
 * What a style sheet for the pages comes to: rules for the documented classes alone, written anew from parts that were each
 * found harmless, so that it does not matter how a browser would have read the original. Comments are left out.
 * @throws Refusal InvalidParameterException that names what is not allowed
 */
export function compileStyleSheet(css: string): string {
  if (css.length > LONGEST_STYLE_SHEET) throw invalid(`it is longer than ${LONGEST_STYLE_SHEET} characters`);
  return parsed(css)
    .flatMap((node) => (node.type === "comment" ? [] : [compileRule(asRule(node))]))
    .join("\n");
}

const invalid = (reason: string): Refusal => new Refusal("InvalidParameterException", `Invalid CSS: ${reason}.`);

/** What was written, as a message can repeat it. */
const quoted = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

const notAllowed = (kind: string, text: string): Refusal => invalid(`the ${kind} ${quoted(text)} is not allowed`);

function parsed(css: string): readonly ChildNode[] {
  try {
    // No map: a comment could name one, which the parser would read.
    return (parse(css, { map: false }) as Root).nodes;
  } catch (error) {
    const { name, reason, line } = error as { name?: string; reason?: string; line?: number };
    if (name !== "CssSyntaxError") throw error;
    throw invalid(`${reason?.slice(0, 80) ?? "it cannot be read"}, in line ${line ?? 1}`);
  }
}

function asRule(node: ChildNode): Rule {
  if (node.type === "rule") return node;
  throw node.type === "atrule"
    ? notAllowed("statement", `@${node.name}`)
    : invalid("a declaration stands outside a rule");
}

function compileRule(rule: Rule): string {
  for (const selector of rule.selectors) if (!SELECTORS.has(selector)) throw notAllowed("selector", selector);
  const declarations = rule.nodes.flatMap((node) => {
    if (node.type === "comment") return [];
    if (node.type === "decl") return [compileDeclaration(node)];
    throw invalid(`within ${quoted(rule.selector)} stands more than declarations`);
  });
  return `${rule.selectors.join(",")}{${declarations.join(";")}}`;
}

function compileDeclaration({ prop, value, important, raws }: Declaration): string {
  const property = prop.toLowerCase();
  // The parser takes `*color` for `color`, as old browsers did.
  if (!PROPERTIES.has(property) || raws.before?.trim())
    throw notAllowed("property", `${raws.before?.trim() ?? ""}${prop}`);
  if (!isHarmless(value)) throw notAllowed(`value of ${property}`, value);
  return `${property}:${value.trim().replace(/\s+/g, " ")}${important ? "!important" : ""}`;
}

/** Whether a value consists of nothing but the parts above, with as many parentheses closed as opened. */
function isHarmless(value: string): boolean {
  if (value.trim() === "" || value.length > LONGEST_VALUE) return false;
  let depth = 0;
  let at = 0;
  while (at < value.length) {
    PART.lastIndex = at;
    const found = PART.exec(value);
    if (!found) return false;
    at = PART.lastIndex;
    if (found.groups?.open !== undefined) depth++;
    if (found.groups?.close !== undefined && --depth < 0) return false;
  }
  return depth === 0;
}
