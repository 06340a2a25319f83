import { Refusal } from "../lib/refusal.ts";

const MOST_TAGS = 50;

/**
 * Refuses tags that a pool may not have (Amazon Cognito: tagging resources): more than 50, keys under the reserved prefix
 * `aws:`, characters other than letters, digits, spaces and `_.:/=+-@`.
 * @param as wire name of the refusal: the operations of pools and those of tags name it differently
 * @throws Refusal
 */
export function checkTags(
  tags: Record<string, string>,
  as: "UserPoolTaggingException" | "InvalidParameterException",
): void {
  const entries = Object.entries(tags);
  if (entries.length > MOST_TAGS) throw new Refusal(as, `A user pool can have at most ${MOST_TAGS} tags.`);
  for (const [key, value] of entries) {
    if (/^aws:/i.test(key)) throw new Refusal(as, "Tag keys that begin with aws: are reserved.");
    if (![key, value].every((text) => /^[\p{L}\p{N} _.:/=+\-@]*$/u.test(text))) {
      throw new Refusal(as, "Tags may hold letters, digits, spaces and the signs _ . : / = + - @ only.");
    }
  }
}
