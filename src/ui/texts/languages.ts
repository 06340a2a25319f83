import { de } from "./de.ts";
import { en, type Texts } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { id } from "./id.ts";
import { it } from "./it.ts";
import { ja } from "./ja.ts";
import { ko } from "./ko.ts";
import { nl } from "./nl.ts";
import { ptBr } from "./pt-br.ts";
import { zhCn } from "./zh-cn.ts";
import { zhTw } from "./zh-tw.ts";

/** The languages of the pages, by the values of `lang` (Amazon Cognito: managed login, localization). */
export const languages: ReadonlyMap<string, { name: string; texts: Texts }> = new Map([
  ["de", { name: "Deutsch", texts: de }],
  ["en", { name: "English", texts: en }],
  ["es", { name: "Español", texts: es }],
  ["fr", { name: "Français", texts: fr }],
  ["id", { name: "Bahasa Indonesia", texts: id }],
  ["it", { name: "Italiano", texts: it }],
  ["ja", { name: "日本語", texts: ja }],
  ["ko", { name: "한국어", texts: ko }],
  ["nl", { name: "Nederlands", texts: nl }],
  ["pt-BR", { name: "Português (Brasil)", texts: ptBr }],
  ["zh-CN", { name: "中文 (简体)", texts: zhCn }],
  ["zh-TW", { name: "中文 (繁體)", texts: zhTw }],
]);

/**
 * The first language wanted that the pages have, as a whole (`pt-BR`) or by its first part (`de-AT`, `zh`), else English.
 * @param wanted tags of RFC 5646, best first
 */
export function chooseLanguage(wanted: readonly string[]): string {
  const all = [...languages.keys()];
  for (const tag of wanted.map((each) => each.toLowerCase())) {
    const exact = all.find((each) => each.toLowerCase() === tag);
    const [first] = tag.split("-");
    // RFC 4647 §3.4, and Chinese by its script: who reads traditional characters is not served with simplified ones.
    const script = first === "zh" && /-(hant|tw|hk|mo)\b/.test(tag) ? "zh-tw" : undefined;
    const similar =
      all.find((each) => each.toLowerCase() === script) ?? all.find((each) => each.split("-")[0] === first);
    const found = exact ?? similar;
    if (found !== undefined) return found;
  }
  return "en";
}
