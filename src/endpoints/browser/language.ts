import type { Context } from "hono";
import { type Parameters, only } from "../../flows/authorization/request/parameters.ts";
import { chooseLanguage, languages } from "../../ui/texts/languages.ts";
import { en, type Texts } from "../../ui/texts/en.ts";
import { readCookie, writeCookie } from "./cookies.ts";

const COOKIE = "lang";
const A_YEAR = 365 * 24 * 3_600;

/** Wishes of one kind that are looked at: nobody speaks more languages, and a list may be as long as an address. */
const MOST = 20;

/**
 * The language of a page: as `lang` asks, as it asked before, as `ui_locales` asks (OpenID Connect Core 1.0 §3.1.2.1), as
 * the browser would like it. What `lang` asks is remembered (Amazon Cognito: managed login, localization).
 */
export function languageOf(c: Context, parameters: Parameters): { language: string; texts: Texts } {
  const asked = only(parameters, "lang");
  if (asked !== undefined && languages.has(asked)) writeCookie(c, COOKIE, asked, A_YEAR);
  const language = chooseLanguage([
    ...(asked === undefined ? [] : [asked]),
    ...[readCookie(c, COOKIE) ?? []].flat(),
    ...(only(parameters, "ui_locales")?.split(" ", MOST) ?? []),
    ...accepted(c.req.header("accept-language") ?? "").slice(0, MOST),
  ]);
  return { language, texts: languages.get(language)?.texts ?? en };
}

/** RFC 9110 §12.5.4, best first. */
const accepted = (header: string): string[] =>
  header
    .split(",")
    .map((part) => {
      const [tag = "", ...rest] = part.trim().split(";");
      const quality = rest.map((each) => /^\s*q=([\d.]+)$/.exec(each)?.[1]).find((each) => each !== undefined);
      return { tag, quality: Number(quality ?? 1) };
    })
    .filter(({ tag, quality }) => /^[A-Za-z]{1,8}(-[A-Za-z\d]{1,8})*$/.test(tag) && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
