import { expect, it } from "vitest";
import { networkOf } from "../../src/lib/network.ts";

it.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:0DB8:0001:0002::", "2001:db8:1:2::/64"],
  ["2001:db8::1:2:3", "2001:db8:0:0::/64"],
  ["2001:db8:0:7::1", "2001:db8:0:7::/64"],
  ["fe80::1", "fe80:0:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["", ""],
  ["unknown", "unknown"],
])("[RFC 4291 §2.2] takes %s to be of %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});
