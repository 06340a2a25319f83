import { beforeAll, describe, expect, it } from "vitest";
import { toBase64Url, utf8 } from "../../../src/lib/encoding.ts";
import { call, makeClient, makePool, makeUser, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { callIn } from "./call-in.ts";
import {
  HOST,
  makePasskeyPool,
  makePasskeyUser,
  type PasskeyUser,
  register,
  startRegistration,
} from "./passkey-user.ts";

let user: PasskeyUser;
beforeAll(async () => {
  user = await makePasskeyUser();
});

describe("StartWebAuthnRegistration", () => {
  it("[Cognito] gives creation options as a JSON value", async () => {
    expect(await startRegistration(user)).toEqual({
      rp: { id: HOST, name: HOST },
      user: { id: toBase64Url(utf8(user.sub)), name: user.name, displayName: user.name },
      challenge: expect.stringMatching(/^[\w-]{100,400}$/),
      pubKeyCredParams: [
        { type: "public-key", alg: -7 },
        { type: "public-key", alg: -257 },
      ],
      timeout: 60_000,
      excludeCredentials: [],
      authenticatorSelection: { requireResidentKey: true, residentKey: "required", userVerification: "preferred" },
    });
  });

  it("gives another challenge each time, in two hops and without a write", async () => {
    const challenges = new Set<string>();
    const costs = await costsOf(async () => {
      for (let n = 0; n < 3; n++) challenges.add((await startRegistration(user)).challenge);
    });
    expect(challenges.size).toBe(3);
    expect(costs.map(({ hops }) => hops)).toEqual([2, 2, 2]);
    expect(costs.map(({ rowsWritten }) => rowsWritten)).toEqual([0, 0, 0]);
  });

  it("names the passkeys that the user has, so that their authenticators make no other", async () => {
    const owner = await makePasskeyUser();
    const ids = [await register(owner), await registerElsewhere(owner)];
    const { excludeCredentials } = await startRegistration(owner);
    expect(excludeCredentials).toEqual(ids.map((id) => ({ id, type: "public-key" })));
    await expect(register(owner)).rejects.toThrow("InvalidStateError");
  });

  it("shows authenticators the address that a person signs in with, where their username is a UUID", async () => {
    const pool = await makePasskeyPool({ UsernameAttributes: ["email"] });
    const { ClientId } = await makeClient(pool);
    await makeUser(pool, "jane@example.com");
    const { AccessToken } = (await signIn(ClientId, "jane@example.com")).AuthenticationResult;
    expect((await startRegistration({ AccessToken })).user).toMatchObject({
      name: "jane@example.com",
      displayName: "jane@example.com",
    });
  });

  it("asks for user verification where the pool requires it", async () => {
    const strict = await makePasskeyUser();
    const WebAuthnConfiguration = { UserVerification: "required" };
    await call("SetUserPoolMfaConfig", { UserPoolId: strict.pool, WebAuthnConfiguration });
    expect((await startRegistration(strict)).authenticatorSelection.userVerification).toBe("required");
  });

  it("takes the configured relying party, else the custom domain, else the prefix domain where that has a host", async () => {
    const one = await makePasskeyUser();
    const UserPoolId = one.pool;
    const rpIn = async (changes: object) => {
      const { CredentialCreationOptions } = await callIn(changes, "StartWebAuthnRegistration", {
        AccessToken: one.AccessToken,
      });
      return CredentialCreationOptions.rp.id;
    };
    const suffix = { DOMAIN_SUFFIX: "login.example.org" };
    expect(await rpIn(suffix)).toBe(HOST);
    const prefix = `p${crypto.randomUUID().slice(0, 8)}`;
    await call("CreateUserPoolDomain", { UserPoolId, Domain: prefix });
    expect(await rpIn({})).toBe(HOST);
    expect(await rpIn(suffix)).toBe(`${prefix}.login.example.org`);
    const CertificateArn = `arn:aws:acm:us-east-1:000000000000:certificate/${crypto.randomUUID()}`;
    await call("CreateUserPoolDomain", {
      UserPoolId,
      Domain: `${prefix}.example.com`,
      CustomDomainConfig: { CertificateArn },
    });
    expect(await rpIn(suffix)).toBe(`${prefix}.example.com`);
    await call("SetUserPoolMfaConfig", { UserPoolId, WebAuthnConfiguration: { RelyingPartyId: "example.net" } });
    expect(await rpIn(suffix)).toBe("example.net");
  });

  it("refuses where the pool has neither a relying party id nor a domain, off a developer's machine", async () => {
    const { AccessToken } = await makePasskeyUser();
    await expect(
      callIn({ ENVIRONMENT: "production" }, "StartWebAuthnRegistration", { AccessToken }),
    ).rejects.toMatchObject({ name: "WebAuthnConfigurationMissingException", status: 400 });
  });

  it("refuses where passkeys are not among the pool's first factors", async () => {
    const pool = await makePool();
    const { AccessToken } = await makePasskeyUser({ pool });
    await expect(startRegistration({ AccessToken })).rejects.toMatchObject({ name: "WebAuthnNotEnabledException" });
  });

  it("needs an access token", async () => {
    await expect(startRegistration({ AccessToken: "nonsense" })).rejects.toMatchObject({
      name: "NotAuthorizedException",
    });
  });
});

/** Registers a passkey of another authenticator. */
async function registerElsewhere(owner: PasskeyUser): Promise<string> {
  const { authenticator } = await makePasskeyUser({ pool: owner.pool, client: owner.client });
  return register({ ...owner, authenticator });
}
