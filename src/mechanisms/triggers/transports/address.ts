import type { Call } from "../../../call.ts";
import { Unreachable } from "./transport.ts";

/**
 * Whether a text is an address that a request can be sent to: by HTTP, without a name and password, which fetch
 * refuses.
 */
export function isAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" && !url.hash;
}

/**
 * Refuses to send events unencrypted: they hold passwords and what people are called. In development they may.
 * @throws Unreachable
 */
export function checkAddress(call: Pick<Call, "settings" | "log">, address: string): void {
  if (address.startsWith("https:") || call.settings.development) return;
  call.log("trigger-misconfigured", { reason: "an address of TRIGGERS is not HTTPS" });
  throw new Unreachable(undefined, { again: false });
}
