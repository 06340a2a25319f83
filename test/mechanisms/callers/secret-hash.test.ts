import { describe, expect, it } from "vitest";
import { matchesSecretHash, secretHash } from "../../../src/mechanisms/callers/secret-hash.ts";

const clientId = "3n4b5urk1ft4fl3mg5e62d9ado";
const secret = "9ktvmg0vopk2bc0jvhn5qh8e3k7q1s6f4d2a0z9x8c7v6b5n4m3";
const other = "1example2of3another4secret5with6some7letters8and9dig";

describe("the secret hash", () => {
  it("is base64 of HMAC-SHA-256 over username and client id", async () => {
    // printf %s "jane@example.com$clientId" | openssl dgst -sha256 -hmac "$secret" -binary | base64
    expect(await secretHash(secret, "jane@example.com", clientId)).toBe("Qm73shU6ABpJRzuggsgHgSyDJkwuxRguFuOkgx71Aag=");
  });

  it("may be made with any secret of the client and any name of the user", async () => {
    const names = ["jane@example.com", "4f1c9a52-30d1-70c8-6c1f-9d0a5b7e2c11"];
    for (const madeWith of [secret, other]) {
      for (const name of names) {
        const given = await secretHash(madeWith, name, clientId);
        expect(await matchesSecretHash(given, [secret, other], names, clientId)).toBe(true);
      }
    }
  });

  it("is refused for another secret, name or client, when altered, and when there is nothing to compare with", async () => {
    const given = await secretHash(secret, "jane", clientId);
    expect(await matchesSecretHash(given, [other], ["jane"], clientId)).toBe(false);
    expect(await matchesSecretHash(given, [secret], ["john", ""], clientId)).toBe(false);
    expect(await matchesSecretHash(given, [secret], ["jane"], "another")).toBe(false);
    expect(await matchesSecretHash(`${given}=`, [secret], ["jane"], clientId)).toBe(false);
    expect(await matchesSecretHash("", [secret], ["jane"], clientId)).toBe(false);
    expect(await matchesSecretHash(given, [], ["jane"], clientId)).toBe(false);
    expect(await matchesSecretHash(given, [secret], [], clientId)).toBe(false);
  });
});
