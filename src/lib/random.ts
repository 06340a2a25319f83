export const LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LOWER_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Unbiased random text: bytes that would favour the first characters of the alphabet are thrown away. */
export function randomText(length: number, alphabet: string): string {
  const limit = 256 - (256 % alphabet.length);
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length * 2))) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** The part of a user pool id after `_`: nine letters and digits. */
export const randomPoolName = (): string => randomText(9, LETTERS_AND_DIGITS);

/** An app client id: 26 lower-case letters and digits. */
export const randomClientId = (): string => randomText(26, LOWER_AND_DIGITS);

/** A client secret: 51 lower-case letters and digits (263 bits). */
export const randomClientSecret = (): string => randomText(51, LOWER_AND_DIGITS);
