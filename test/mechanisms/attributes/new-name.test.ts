import { describe, expect, it } from "vitest";
import type { PoolSettings } from "../../../src/directory/pool.ts";
import { nameNewUser } from "../../../src/mechanisms/attributes/new-name.ts";
import { poolWith } from "./pool.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const name = (settings: PoolSettings, submitted: string, attributes: Record<string, string> = {}) =>
  nameNewUser(poolWith([], settings), submitted, attributes);

describe("a pool of usernames", () => {
  it("keeps the username as given, and makes a fresh sub", () => {
    const named = name({}, "Jane", { email: "jane@example.com", name: "" });
    expect(named).toMatchObject({ username: "Jane", attributes: { email: "jane@example.com" } });
    expect(named.attributes).not.toHaveProperty("name");
    expect(named.sub).toMatch(UUID);
    expect(name({}, "Jane").sub).not.toBe(named.sub);
  });

  it("takes any form, addresses included", () => {
    expect(name({}, "jane@example.com").username).toBe("jane@example.com");
  });
});

describe("a pool with aliases", () => {
  it("refuses a username that looks like an alias", () => {
    const email: PoolSettings = { AliasAttributes: ["email"] };
    const phone: PoolSettings = { AliasAttributes: ["phone_number"] };
    expect(() => name(email, "jane@example.com")).toThrow(
      "Username cannot be of email format, since user pool is configured for email alias.",
    );
    expect(() => name(phone, "+12065550100")).toThrow(/^Username cannot be of phone number format/);
    const long = `${"é".repeat(40)}@example.com`;
    for (const form of ["NFC", "NFD"] as const) {
      expect(() => name(email, long.normalize(form)), form).toThrow(/^Username cannot be of email format/);
    }
    expect(name(phone, "jane@example.com").username).toBe("jane@example.com");
    expect(name(email, "+12065550100").username).toBe("+12065550100");
  });
});

describe("a pool that signs in by e-mail or phone", () => {
  const both: PoolSettings = { UsernameAttributes: ["phone_number", "email"] };

  it("makes the name the attribute, and the sub the username", () => {
    const mail = name(both, "jane@example.com", { phone_number: "+1" });
    expect(mail.username).toBe(mail.sub);
    expect(mail.attributes).toEqual({ email: "jane@example.com", phone_number: "+1" });
    expect(name(both, "+12065550100").attributes).toEqual({ phone_number: "+12065550100" });
  });

  it("refuses a name of another form, in the words for what the pool allows", () => {
    expect(() => name(both, "jane")).toThrow("Username should be either an email or a phone number.");
    expect(() => name({ UsernameAttributes: ["email"] }, "+12065550100")).toThrow("Username should be an email.");
    expect(() => name({ UsernameAttributes: ["phone_number"] }, "jane@example.com")).toThrow(
      "Username should be a phone number.",
    );
  });

  it("refuses another value of the same attribute beside it", () => {
    expect(() => name(both, "jane@example.com", { email: "joe@example.com" })).toThrow("The attribute email must be");
    expect(name(both, "Jane@example.com", { email: "jane@example.com" }).attributes.email).toBe("Jane@example.com");
  });
});
