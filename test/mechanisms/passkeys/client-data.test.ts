import { describe, expect, it } from "vitest";
import { toBase64Url, utf8 } from "../../../src/lib/encoding.ts";
import { fitsOrigin, readClientData } from "../../../src/mechanisms/passkeys/client-data.ts";

const at = (origin: string, crossOrigin = false) => ({ type: "webauthn.get", challenge: "AAAA", origin, crossOrigin });

describe("[WebAuthn 3 §13.4.9] an origin fits a relying party", () => {
  it.each([
    ["https://example.com", "example.com"],
    ["https://login.example.com", "example.com"],
    ["https://login.example.com:8443", "login.example.com"],
    ["https://localhost", "localhost"],
  ])("%s fits %s", (origin, relyingParty) => {
    expect(fitsOrigin(at(origin), relyingParty, false)).toBe(true);
  });

  it.each([
    ["https://example.org", "example.com"],
    ["https://evilexample.com", "example.com"],
    ["https://example.com.evil.test", "example.com"],
    ["https://example.com", "login.example.com"],
    ["http://example.com", "example.com"],
    ["https://example.com/", "example.com"],
    ["https://EXAMPLE.com", "example.com"],
    ["https://example.com:443", "example.com"],
    ["https://example.com@evil.test", "example.com"],
    ["https://evil.test#.example.com", "example.com"],
    ["https://evil.test?.example.com", "example.com"],
    ["ftp://example.com", "example.com"],
    ["file://example.com", "example.com"],
    ["chrome-extension://example.com", "example.com"],
    ["example.com", "example.com"],
    ["null", "null"],
    ["", ""],
  ])("%j does not fit %j", (origin, relyingParty) => {
    expect(fitsOrigin(at(origin), relyingParty, true)).toBe(false);
  });

  it("not in a frame of another site", () => {
    expect(fitsOrigin(at("https://example.com", true), "example.com", false)).toBe(false);
  });

  it.each(["http://localhost:3000", "http://app.localhost:3000"])("%s does so in development alone", (origin) => {
    expect(fitsOrigin(at(origin), "localhost", true)).toBe(true);
    expect(fitsOrigin(at(origin), "localhost", false)).toBe(false);
  });

  it("http://example.com does so not even in development", () => {
    expect(fitsOrigin(at("http://example.com"), "example.com", true)).toBe(false);
    expect(fitsOrigin(at("http://localhost.example.com"), "example.com", true)).toBe(false);
  });
});

describe("client data", () => {
  const read = (document: unknown) => readClientData(toBase64Url(utf8(JSON.stringify(document))));
  const own = { type: "webauthn.get", challenge: "AAAA", origin: "https://example.com" };

  it("is read with what later versions add", () => {
    expect(read({ ...own, other_keys_can_be_added_here: "do not compare" })).toEqual({ ...own, crossOrigin: false });
    expect(read({ ...own, crossOrigin: false })).toEqual({ ...own, crossOrigin: false });
  });

  it.each([{ crossOrigin: true }, { crossOrigin: "false" }, { crossOrigin: null }, { topOrigin: "https://a.test" }])(
    "tells of a frame by %j",
    (more) => expect(read({ ...own, ...more })?.crossOrigin).toBe(true),
  );

  it.each([null, 5, "text", [], {}, { ...own, challenge: 5 }, { ...own, origin: ["https://example.com"] }])(
    "is not %j",
    (document) => expect(read(document)).toBeUndefined(),
  );

  it("is UTF-8 in base64url, and nothing else", () => {
    for (const text of ["", "AAA=", "a+b/", "_w", "77u_e30"]) expect(readClientData(text)).toBeUndefined();
  });
});
