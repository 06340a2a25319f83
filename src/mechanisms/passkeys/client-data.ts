import { fromBase64Url, fromUtf8 } from "../../lib/encoding.ts";

/**
 * What a browser says of the ceremony, and the authenticator signs (Web Authentication Level 3 §5.8.1,
 * CollectedClientData).
 */
export interface ClientData {
  type: string;
  challenge: string;
  origin: string;
  /** Whether a page of another origin was around it. */
  crossOrigin: boolean;
}

/** @param text `clientDataJSON`, base64url. @returns undefined where it is no such document */
export function readClientData(text: string): ClientData | undefined {
  const bytes = fromBase64Url(text);
  const json = bytes && fromUtf8(bytes);
  if (!json) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    return undefined;
  }
  const { type, challenge, origin, crossOrigin, topOrigin } = { ...(document as Record<string, unknown> | null) };
  if (typeof type !== "string" || typeof challenge !== "string" || typeof origin !== "string") return undefined;
  const framed = (crossOrigin !== undefined && crossOrigin !== false) || topOrigin !== undefined;
  return { type, challenge, origin, crossOrigin: framed };
}

/**
 * Whether a ceremony of this relying party may take place at such an origin (Web Authentication Level 3 §13.4.9): over
 * TLS, at the host that the relying party id names or one below it, in no frame of another site.
 * @param development whether `http://localhost` will do, which browsers take for secure
 */
export function fitsOrigin({ origin, crossOrigin }: ClientData, relyingParty: string, development: boolean): boolean {
  if (crossOrigin) return false;
  const url = URL.parse(origin);
  // Only one spelling, which browsers serialize an origin to (HTML §7.1.1): not one with a path or a user name.
  if (url === null || url.origin !== origin) return false;
  const isLocal = url.hostname === "localhost" || url.hostname.endsWith(".localhost");
  if (url.protocol !== "https:" && !(development && url.protocol === "http:" && isLocal)) return false;
  return `.${url.hostname}`.endsWith(`.${relyingParty}`);
}
