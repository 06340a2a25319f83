import { z } from "zod";
import { concat, toHex, utf8 } from "../../../lib/encoding.ts";
import { hmacSha256 } from "../../../lib/hash.ts";
import { checkAddress, isAddress } from "./address.ts";
import { outcomeOf, reach, transport } from "./transport.ts";

/** Characters of the shortest secret: a key as long as the hash (RFC 2104 §3). */
const SHORTEST_SECRET = 32;

const schema = () =>
  z.strictObject({ url: z.string().refine(isAddress), secret: z.string().min(SHORTEST_SECRET).max(1_024) });

/**
 * An HTTPS request that is signed with HMAC-SHA-256 (RFC 2104) over `<Limen-Timestamp>.<body>`. The timestamp, in
 * seconds since 1970, is part of what is signed, so that a function can refuse what was recorded long ago.
 */
export const webhook = transport("url", schema, async (call, { url, secret }, { body, signal }) => {
  checkAddress(call, url);
  const timestamp = String(Math.floor(call.now / 1000));
  const signature = toHex(await hmacSha256(utf8(secret), concat(utf8(`${timestamp}.`), body)));
  const headers = {
    "content-type": "application/json",
    "limen-timestamp": timestamp,
    "limen-signature": `v1=${signature}`,
  };
  // Whoever answers at the address does not get to pass the event on.
  const init = { method: "POST", headers, body, redirect: "manual", signal } as const;
  return outcomeOf(await reach(() => fetch(url, init)));
});
