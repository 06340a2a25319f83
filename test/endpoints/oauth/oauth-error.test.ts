import { describe, expect, it } from "vitest";
import { toOauthError } from "../../../src/endpoints/oauth/oauth-error.ts";
import { Refusal } from "../../../src/lib/refusal.ts";

describe("toOauthError", () => {
  it.each([
    ["NotAuthorizedException", "invalid_grant", 400],
    ["RefreshTokenReuseException", "invalid_grant", 400],
    ["UserLambdaValidationException", "invalid_grant", 400],
    ["UnexpectedLambdaException", "server_error", 500],
    ["InvalidLambdaResponseException", "server_error", 500],
    ["invalid_scope", "invalid_scope", 400],
    ["unsupported_token_type", "unsupported_token_type", 400],
  ])("calls %s %s", (name, error, status) => {
    expect(toOauthError(new Refusal(name, "Said."))).toEqual({ error, description: "Said.", status });
  });

  it("[RFC 6749 §5.2] keeps to the characters of error_description, whatever a trigger says", () => {
    const said = 'PreTokenGeneration failed with error "no"\r\nSet-Cookie: a=b\t\\ é\u0000\u007f ok.';
    const { description } = toOauthError(new Refusal("UserLambdaValidationException", said)) ?? {};
    expect(description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(description).toBe("PreTokenGeneration failed with error no Set-Cookie: a=b ok.");
  });

  it("takes anything else for a bug", () => {
    for (const thrown of [
      new Error("invalid_grant"),
      new Refusal("constructor", "x"),
      new Refusal("Unknown", "x"),
      null,
    ]) {
      expect(toOauthError(thrown)).toBeUndefined();
    }
  });
});
