/**
 * The network that an address belongs to, for counting what comes from there: an IPv4 address stands for itself, an IPv6
 * address for its first 64 bits, since whoever has one has the rest of them, too (RFC 6177 §2).
 * @param address as text; anything that is none stands for itself
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!/^[\da-f:]+$/i.test(address) || !address.includes(":")) return address;
  // RFC 4291 §2.2: `::` stands for as many zeros as are missing.
  const [left = [], right = []] = address.split("::").map((part) => part.split(":").filter((group) => group !== ""));
  const missing = address.includes("::") ? Math.max(0, 8 - left.length - right.length) : 0;
  const groups = [...left, ...Array.from({ length: missing }, () => "0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
