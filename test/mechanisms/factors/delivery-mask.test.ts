import { expect, it } from "vitest";
import { maskEmail, maskPhone } from "../../../src/mechanisms/factors/delivery-mask.ts";

it("shows the first character of an e-mail address and of its domain", () => {
  expect(maskEmail("john@gmail.com")).toBe("j***@g***");
  expect(maskEmail("j@g")).toBe("j***@g***");
  expect(maskEmail('"a@b"@example.com')).toBe('"***@e***');
  expect(maskEmail("🐎горa@пример.рф")).toBe("🐎***@п***");
});

it("hides the length of an address and whatever has no domain", () => {
  expect(maskEmail("a-very-long-name-indeed@a-very-long-domain.example")).toBe("a***@a***");
  expect(maskEmail("nobody")).toBe("n***");
  expect(maskEmail("")).toBe("***");
});

it("shows the last four digits of a phone number, with a star for each other one", () => {
  expect(maskPhone("+12065559934")).toBe("+*******9934");
  expect(maskPhone("+447700900123")).toBe("+********0123");
  expect(maskPhone("+12345")).toBe("+*2345");
});

it("shows nothing of a number that has no more than four digits", () => {
  expect(maskPhone("+1234")).toBe("+****");
  expect(maskPhone("+1")).toBe("+*");
});
