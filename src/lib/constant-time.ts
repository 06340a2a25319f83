/**
 * Comparisons for secrets: every byte is visited wherever the first difference lies, so time tells the length of the
 * first argument and nothing else. Plain arithmetic, because `crypto.subtle.timingSafeEqual` exists on workerd only.
 */

/** True when both hold the same bytes. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** True when both hold the same UTF-16 code units. Not compared as UTF-8, where all lone surrogates become the same bytes. */
export function equalText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
