/** One percent-encoded text, or null where an escape is no escape or the bytes are no UTF-8 (RFC 3986 §2.1). */
export function percentDecode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/**
 * The fields of an `application/x-www-form-urlencoded` body in their order (URL standard §5.1), except that what is
 * malformed makes the whole null instead of being guessed at: two readers of one text should never see two requests.
 */
export function parseForm(text: string): [name: string, value: string][] | null {
  const fields: [string, string][] = [];
  for (const part of text.split("&")) {
    if (part === "") continue;
    const at = part.indexOf("=");
    const name = percentDecode((at < 0 ? part : part.slice(0, at)).replaceAll("+", " "));
    const value = percentDecode((at < 0 ? "" : part.slice(at + 1)).replaceAll("+", " "));
    if (name === null || value === null) return null;
    fields.push([name, value]);
  }
  return fields;
}
