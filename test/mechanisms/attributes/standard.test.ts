import { expect, it } from "vitest";
import { STANDARD_ATTRIBUTES } from "../../../src/mechanisms/attributes/standard.ts";

it("lists the attributes of every pool in the order in which Cognito describes them", () => {
  expect(STANDARD_ATTRIBUTES.map(({ Name }) => Name).join(" ")).toBe(
    "sub name given_name family_name middle_name nickname preferred_username profile picture website email " +
      "email_verified gender birthdate zoneinfo locale phone_number phone_number_verified address updated_at",
  );
});

it("describes each with the members, and the text of the numbers, that Cognito sends", () => {
  const of = (name: string) => STANDARD_ATTRIBUTES.find(({ Name }) => Name === name);
  const common = { DeveloperOnlyAttribute: false, Mutable: true, Required: false };
  const text = (MinLength: string, MaxLength: string) => ({ StringAttributeConstraints: { MinLength, MaxLength } });
  expect(of("name")).toEqual({ Name: "name", AttributeDataType: "String", ...common, ...text("0", "2048") });
  expect(of("birthdate")).toMatchObject(text("10", "10"));
  expect(of("sub")).toMatchObject({ Mutable: false, Required: true, ...text("1", "2048") });
  expect(of("email_verified")).toEqual({ Name: "email_verified", AttributeDataType: "Boolean", ...common });
  expect(of("updated_at")).toEqual({
    Name: "updated_at",
    AttributeDataType: "Number",
    ...common,
    NumberAttributeConstraints: { MinValue: "0" },
  });
});
