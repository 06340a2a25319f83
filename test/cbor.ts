import { concat, utf8 } from "../src/lib/encoding.ts";

export type Cbor = number | string | Uint8Array | readonly Cbor[] | ReadonlyMap<number | string, Cbor>;

/** A value as CBOR, in the deterministic form that authenticators use (RFC 8949 §4.2, but for the order of keys). */
export function toCbor(value: Cbor): Uint8Array<ArrayBuffer> {
  if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === "string") return concat(head(3, utf8(value).length), utf8(value));
  if (value instanceof Uint8Array) return concat(head(2, value.length), value);
  if (value instanceof Map) {
    return concat(head(5, value.size), ...[...value].flatMap(([key, item]) => [toCbor(key), toCbor(item)]));
  }
  const items = value as readonly Cbor[];
  return concat(head(4, items.length), ...items.map(toCbor));
}

/** Major type and argument (RFC 8949 §3). */
function head(major: number, argument: number): Uint8Array<ArrayBuffer> {
  const first = major << 5;
  if (argument < 24) return Uint8Array.of(first | argument);
  if (argument < 256) return Uint8Array.of(first | 24, argument);
  if (argument < 65_536) return Uint8Array.of(first | 25, argument >> 8, argument & 255);
  return Uint8Array.of(first | 26, argument >>> 24, (argument >> 16) & 255, (argument >> 8) & 255, argument & 255);
}
