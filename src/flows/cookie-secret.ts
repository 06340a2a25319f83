import { toBase64Url, utf8 } from "../lib/encoding.ts";
import { sha256 } from "../lib/hash.ts";

const BYTES = 32;

/** What a cookie proves itself by: 43 characters of base64url. */
export const newSecret = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(BYTES)));

/** What is kept of it. No key is needed: it is too long to be guessed. */
export const hashSecret = async (secret: string): Promise<string> => toBase64Url(await sha256(utf8(secret)));
