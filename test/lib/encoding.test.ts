import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  concat,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  toBase64,
  toBase64Url,
  toHex,
  utf8,
} from "../../src/lib/encoding.ts";

describe("encodings", () => {
  it("[RFC 4648 §10] give the published vectors", () => {
    const vectors = {
      "": "",
      f: "Zg==",
      fo: "Zm8=",
      foo: "Zm9v",
      foob: "Zm9vYg==",
      fooba: "Zm9vYmE=",
      foobar: "Zm9vYmFy",
    };
    for (const [plain, encoded] of Object.entries(vectors)) {
      expect(toBase64(utf8(plain))).toBe(encoded);
      expect(toBase64Url(utf8(plain))).toBe(encoded.replaceAll("=", ""));
    }
    expect(toHex(utf8("foobar"))).toBe("666f6f626172");
    expect(toBase64Url(new Uint8Array([251, 255]))).toBe("-_8");
  });

  it("bring any bytes back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const plain = Uint8Array.from(bytes);
        expect(fromHex(toHex(plain))).toEqual(plain);
        expect(fromBase64(toBase64(plain))).toEqual(plain);
        expect(fromBase64Url(toBase64Url(plain))).toEqual(plain);
      }),
    );
  });

  it("read a part of a larger buffer as that part only", () => {
    const part = new Uint8Array([1, 2, 3, 4]).subarray(1, 3);
    expect(toHex(part)).toBe("0203");
    expect(toBase64(part)).toBe("AgM=");
  });

  it("accept one spelling only", () => {
    for (const text of ["Zg", "Zg=", "Zh==", " Zg==", "Zg==\n", "Z-8=", "Zg==Zg==", "é"])
      expect(fromBase64(text), text).toBeNull();
    for (const text of ["Zg==", "Zh", "Z", "+_8", " Zg"]) expect(fromBase64Url(text), text).toBeNull();
    for (const text of ["a", "0x0f", "zz", "0 ", "-1"]) expect(fromHex(text), text).toBeNull();
    expect(fromHex("0aFF")).toEqual(new Uint8Array([10, 255]));
  });

  it("keep a byte order mark and refuse what is not UTF-8", () => {
    expect(fromUtf8(utf8("\uFEFFЖ🐎"))).toBe("\uFEFFЖ🐎");
    expect(fromUtf8(new Uint8Array([0xc3]))).toBeNull();
    expect(fromUtf8(new Uint8Array([0xed, 0xa0, 0x80]))).toBeNull();
  });

  it("own their memory, so that writing to one result changes no other", () => {
    const first = fromHex("00") as Uint8Array;
    expect(first.buffer.byteLength).toBe(1);
    expect(concat(first, utf8("a"), new Uint8Array())).toEqual(new Uint8Array([0, 97]));
  });
});
