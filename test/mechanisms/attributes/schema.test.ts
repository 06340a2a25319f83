import { describe, expect, it } from "vitest";
import { checkRequired, readAttributes } from "../../../src/mechanisms/attributes/schema.ts";
import { STANDARD_ATTRIBUTES } from "../../../src/mechanisms/attributes/standard.ts";
import { custom, poolWith } from "./pool.ts";

type As = Parameters<typeof readAttributes>[2];
const SIGN_UP: As = { at: "create", by: "user" };
const UPDATE: As = { at: "update", by: "user" };
const ADMIN: As = { at: "update", by: "administrator" };

const pool = poolWith([
  custom("team", { StringAttributeConstraints: { MinLength: "2", MaxLength: "4" } }),
  custom("level", { AttributeDataType: "Number", NumberAttributeConstraints: { MinValue: "1", MaxValue: "10" } }),
  custom("free", { AttributeDataType: "Number", NumberAttributeConstraints: {} }),
  custom("since", { AttributeDataType: "DateTime" }),
  custom("member", { AttributeDataType: "Boolean" }),
  custom("born", { Mutable: false }),
  { ...custom("x"), Name: "dev:custom:score", DeveloperOnlyAttribute: true },
  { ...STANDARD_ATTRIBUTES[3], Name: "family_name", Required: true },
]);
const list = (attributes: Record<string, string>) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
const read = (attributes: Record<string, string>, as: As = SIGN_UP) => readAttributes(pool, list(attributes), as);
const refusal = (attributes: Record<string, string>, as: As = SIGN_UP) => {
  try {
    read(attributes, as);
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message}`;
  }
  return undefined;
};
const nonconforming = (fault: string) =>
  `InvalidParameterException: Attributes did not conform to the schema: ${fault}\n`;

describe("names", () => {
  it("refuses an attribute that the schema lacks, in other words at creation and later", () => {
    expect(refusal({ "custom:x": "1" })).toBe(nonconforming("custom:x: Attribute does not exist in the schema."));
    expect(refusal({ "custom:x": "1" }, ADMIN)).toBe(
      "InvalidParameterException: user.custom:x: Attribute does not exist in the schema.\n",
    );
    expect(refusal({ role: "1" }, UPDATE)).toBe(
      "InvalidParameterException: Type for attribute {role} could not be determined",
    );
  });

  it.each(["constructor", "__proto__", "toString", "hasOwnProperty"])("knows no attribute %s", (name) => {
    expect(() => readAttributes(pool, [{ Name: name, Value: "x" }], SIGN_UP)).toThrow("could not be determined");
  });

  it("answers with a record that inherits nothing", () => {
    expect(Object.getPrototypeOf(read({ name: "Jane" }))).toBeNull();
  });

  it("lets nobody write sub", () => {
    expect(refusal({ sub: "x" }, ADMIN)).toBe("InvalidParameterException: user.sub: Attribute cannot be updated.\n");
    expect(refusal({ sub: "x" })).toBe(nonconforming("sub: Attribute cannot be updated."));
  });

  it("takes an immutable attribute at creation only", () => {
    expect(read({ "custom:born": "1999" })).toEqual({ "custom:born": "1999" });
    expect(refusal({ "custom:born": "1999" }, ADMIN)).toBe(
      "InvalidParameterException: user.custom:born: Attribute cannot be updated.\n",
    );
    expect(refusal({ "custom:born": "" }, ADMIN)).toContain("Attribute cannot be updated.");
  });

  it.each(["email_verified", "phone_number_verified", "dev:custom:score"])(
    "lets administrators alone write %s",
    (name) => {
      const unauthorized = "NotAuthorizedException: A client attempted to write unauthorized attribute";
      expect(refusal({ [name]: "true" })).toBe(unauthorized);
      expect(refusal({ [name]: "true" }, UPDATE)).toBe(unauthorized);
      expect(read({ [name]: "true" }, ADMIN)).toEqual({ [name]: "true" });
    },
  );

  it("joins several faults in one message, one per line", () => {
    expect(refusal({ "custom:x": "1", "custom:y": "1" }, ADMIN)).toBe(
      "InvalidParameterException: user.custom:x: Attribute does not exist in the schema.\nuser.custom:y: Attribute does not exist in the schema.\n",
    );
    expect(refusal({ "custom:team": "x", "custom:level": "0" })).toBe(
      nonconforming(
        "custom:team: String must be no shorter than 2 characters\ncustom:level: Number must be no less than 1",
      ),
    );
  });

  it("takes the last of two values for one name", () => {
    const twice = [
      { Name: "name", Value: "a" },
      { Name: "name", Value: "b" },
    ];
    expect(readAttributes(pool, twice, SIGN_UP)).toEqual({ name: "b" });
  });
});

describe("values", () => {
  it("keeps an empty text, which means delete, and takes a missing value as one", () => {
    expect(read({ name: "", email: "" }, UPDATE)).toEqual({ name: "", email: "" });
    expect(readAttributes(pool, [{ Name: "birthdate" }], UPDATE)).toEqual({ birthdate: "" });
  });

  it("refuses to delete a required attribute", () => {
    expect(refusal({ family_name: "" }, UPDATE)).toBe(nonconforming("family_name: The attribute is required"));
  });

  it("holds text to its bounds, counted in characters", () => {
    expect(read({ "custom:team": "😀😀😀😀" })).toEqual({ "custom:team": "😀😀😀😀" });
    expect(refusal({ "custom:team": "12345" })).toBe(
      nonconforming("custom:team: String must be no longer than 4 characters"),
    );
  });

  it("holds numbers to their bounds, compared as numbers", () => {
    expect(read({ "custom:level": "9.5", "custom:free": "-12345678901234567890" })).toBeTruthy();
    expect(refusal({ "custom:level": "11" })).toBe(nonconforming("custom:level: Number must be no more than 10"));
    for (const bad of ["1e3", "0x10", "NaN", "Infinity", " 1", "1.", ".5", "1,5"]) {
      expect(refusal({ "custom:free": bad }), bad).toBe(nonconforming("custom:free: Number must be decimal"));
    }
    expect(refusal({ updated_at: "-1" })).toBe(nonconforming("updated_at: Number must be no less than 0"));
  });

  it("takes booleans in any case and keeps them in lower case", () => {
    expect(read({ "custom:member": "True", email_verified: "FALSE" }, ADMIN)).toEqual({
      "custom:member": "true",
      email_verified: "false",
    });
    expect(refusal({ "custom:member": "yes" })).toBe(nonconforming("custom:member: Boolean must be true or false"));
  });

  it("takes dates and times of RFC 3339, or seconds since 1970", () => {
    for (const good of ["2024-02-29", "2024-02-29T12:00:00Z", "2024-02-29T12:00:00.5+02:00", "1700000000"]) {
      expect(refusal({ "custom:since": good }), good).toBeUndefined();
    }
    for (const bad of ["yesterday", "2024-13-01", "2024-01-01T25:00:00Z", "12/24/2024"]) {
      expect(refusal({ "custom:since": bad }), bad).toContain("custom:since: DateTime must be");
    }
  });

  it("takes a birthdate of the form YYYY-MM-DD", () => {
    expect(read({ birthdate: "0000-12-31" })).toBeTruthy();
    expect(refusal({ birthdate: "1.1.1999" })).toContain("birthdate: String must be no shorter than 10 characters");
    for (const bad of ["1999-13-01", "1999-00-10", "1999-01-32", "01-01-1999"]) {
      expect(refusal({ birthdate: bad }), bad).toBe(
        nonconforming("birthdate: Birthdate must be of the form YYYY-MM-DD"),
      );
    }
  });

  it("takes an e-mail address that mail can be sent to", () => {
    for (const good of ["jane@example.com", "j.o'neil+tag@mail.example.co.uk", "jörg@müller.example", "a@b-c.de"]) {
      expect(refusal({ email: good }), good).toBeUndefined();
    }
    const header = "a@example.com\r\nBcc: b@example.com";
    for (const bad of [
      "jane",
      "jane@",
      "@example.com",
      "jane@localhost",
      "a b@example.com",
      "a@example..com",
      "a@-x.com",
      header,
      "<a@example.com>",
      "a@b.com,c@d.com",
      `${"a".repeat(65)}@example.com`,
    ]) {
      expect(refusal({ email: bad }), bad).toBe("InvalidParameterException: Invalid email address format.");
    }
  });

  it("[E.164] takes a phone number of + and at most fifteen digits", () => {
    expect(refusal({ phone_number: "+12065550100" })).toBeUndefined();
    for (const bad of ["12065550100", "+1 206 555", "+1-206", "+", "+1234567890123456", "+１２３"]) {
      expect(refusal({ phone_number: bad }), bad).toBe("InvalidParameterException: Invalid phone number format.");
    }
  });

  it("judges a long address in no time", () => {
    const began = performance.now();
    refusal({ email: `${"a".repeat(30)}@${"a-".repeat(1000)}` });
    refusal({ email: `${"a".repeat(30)}@${"a-".repeat(110)}` });
    expect(performance.now() - began).toBeLessThan(100);
  });
});

describe("required attributes", () => {
  it("names every one that is missing or empty, and never sub", () => {
    const strict = poolWith([
      { ...STANDARD_ATTRIBUTES[3], Name: "family_name", Required: true },
      { ...STANDARD_ATTRIBUTES[10], Name: "email", Required: true },
    ]);
    expect(() => checkRequired(strict, { family_name: "" })).toThrow(
      "Attributes did not conform to the schema: family_name: The attribute is required\nemail: The attribute is required\n",
    );
    expect(() => checkRequired(strict, { family_name: "Doe", email: "jane@example.com" })).not.toThrow();
  });
});
