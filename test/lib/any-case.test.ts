import { describe, expect, it } from "vitest";
import { inAnyCase } from "../../src/lib/any-case.ts";

describe("inAnyCase", () => {
  const spelled = inAnyCase(["/", "/confirmUser", "/confirmuser", "/:pool/Keys", "/*", "/Health"]);

  it.each(["/confirmUser", "/confirmuser", "/CONFIRMUSER"])("finds the spelling of %s that came first", (path) => {
    expect(spelled(path)).toBe("/confirmUser");
  });

  it.each(["/", "/Other", "/confirmUser/", "/confirmUser/X", "/Pool/keys", "/:POOL/keys", "", "/__proto__"])(
    "leaves %j as it is",
    (path) => {
      expect(spelled(path)).toBe(path);
    },
  );
});
