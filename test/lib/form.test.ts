import { describe, expect, it } from "vitest";
import { parseForm, percentDecode } from "../../src/lib/form.ts";

describe("parseForm", () => {
  it.each([
    ["", []],
    [
      "a=b&c=d",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["a=b=c", [["a", "b=c"]]],
    [
      "a&b=",
      [
        ["a", ""],
        ["b", ""],
      ],
    ],
    ["&&a=1&", [["a", "1"]]],
    ["a+b=c+d%2Be", [["a b", "c d+e"]]],
    ["%C3%A9=%f0%9f%98%80", [["é", "😀"]]],
    [
      "a=1&a=2",
      [
        ["a", "1"],
        ["a", "2"],
      ],
    ],
    ["=x", [["", "x"]]],
  ])("[URL standard §5.1] reads %j as that standard does", (text, fields) => {
    expect(parseForm(text)).toEqual(fields);
    expect([...new URLSearchParams(text)]).toEqual(fields);
  });

  it.each(["%", "a=%", "a=%4", "a=%zz", "%ff=a", "a=%c3", "a=%ed%a0%80"])("takes %j for malformed", (text) => {
    expect(parseForm(text)).toBeNull();
  });
});

describe("percentDecode", () => {
  it("leaves a plus sign alone", () => expect(percentDecode("a+b%2Bc")).toBe("a+b+c"));
});
