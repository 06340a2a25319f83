import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { fromBase64Url } from "../../../src/lib/encoding.ts";
import { challengeFor } from "../../flows/sign-in/passkey-challenge.ts";
import { Authenticator, type CreationWays } from "../../authenticator.ts";
import { call, makeClient, makePool, signIn, makeUser } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { interruptedAt } from "../../interrupted.ts";
import { brokenInvariants } from "../../invariants.ts";
import {
  completeRegistration,
  HOST,
  listPasskeys,
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

const inPool = (pool = user.pool): Promise<PasskeyUser> =>
  makePasskeyUser({ pool, ...(pool === user.pool && { client: user.client }) });

/** What is kept of a user's passkeys. */
const kept = async ({ pool, sub }: PasskeyUser): Promise<Record<string, unknown>[]> => {
  const query = "select * from passkeys where pool_id = ? and sub = ? order by created_at, id";
  return (await env.DB.prepare(query).bind(pool, sub).all()).results;
};

/** A credential made by the options with something amiss. */
const made = async (owner: PasskeyUser, ways: CreationWays = {}) =>
  new Authenticator().create(await startRegistration(owner), ways);

describe("CompleteWebAuthnRegistration", () => {
  it.each(["ES256", "RS256"] as const)("keeps a passkey of %s and lists it", async (kind) => {
    const owner = await inPool();
    const id = await register(owner, { kind, aaguid: "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4" });
    expect((await listPasskeys(owner)).Credentials).toEqual([
      {
        CredentialId: id,
        FriendlyCredentialName: "Google Password Manager",
        RelyingPartyId: HOST,
        AuthenticatorAttachment: "platform",
        AuthenticatorTransports: ["hybrid", "internal"],
        CreatedAt: expect.any(Number),
      },
    ]);
    expect(await kept(owner)).toMatchObject([{ id, counter: 0 }]);
  });

  it("keeps the signature counter that a passkey begins with", async () => {
    const owner = await inPool();
    await register(owner, { counter: 7 });
    expect(await kept(owner)).toMatchObject([{ counter: 7 }]);
  });

  it("takes two hops, of which the one writes challenge and passkey", async () => {
    const owner = await inPool();
    const options = await startRegistration(owner);
    const credential = await owner.authenticator.create(options);
    const [cost] = await costsOf(() => completeRegistration(owner, credential));
    expect(cost?.hops).toBe(2);
  });

  it("takes what other clients leave out or add: no transports, no attachment, members of later versions", async () => {
    const owner = await inPool();
    const { authenticatorAttachment: _, ...credential } = await made(owner);
    const { transports: __, ...response } = credential.response;
    await completeRegistration(owner, { ...credential, response: { ...response, publicKeyAlgorithm: -7 }, later: [1] });
    const [listed] = (await listPasskeys(owner)).Credentials;
    expect(listed).not.toHaveProperty("AuthenticatorAttachment");
    expect(listed).toMatchObject({ AuthenticatorTransports: [], FriendlyCredentialName: "Passkey" });
  });

  it("ignores transports and attachments that it does not know", async () => {
    const owner = await inPool();
    await register(owner, { transports: ["USB <b>", "x"], attachment: "implanted" });
    const [listed] = (await listPasskeys(owner)).Credentials;
    expect(listed).toMatchObject({ AuthenticatorTransports: [] });
    expect(listed).not.toHaveProperty("AuthenticatorAttachment");
  });

  it("calls a passkey of an unknown make by what it is", async () => {
    const owner = await inPool();
    await register(owner, { attachment: "cross-platform", transports: ["usb"] });
    expect((await listPasskeys(owner)).Credentials).toMatchObject([{ FriendlyCredentialName: "Security key" }]);
  });

  it("[WebAuthn 3 §6.5.3] takes self attestation that verifies, and refuses one that does not", async () => {
    const owner = await inPool();
    const alg = -7;
    await register(owner, {
      attestation: async (sign, signed) => ({
        fmt: "packed",
        attStmt: new Map<string, any>([
          ["alg", alg],
          ["sig", await sign(signed)],
        ]),
      }),
    });
    const forged = await made(owner, {
      attestation: async (sign) => ({
        fmt: "packed",
        attStmt: new Map<string, any>([
          ["alg", alg],
          ["sig", await sign(new Uint8Array(8))],
        ]),
      }),
    });
    await expect(completeRegistration(owner, forged)).rejects.toMatchObject({
      name: "WebAuthnCredentialNotSupportedException",
    });
  });
});

describe("a registration is refused", () => {
  const refused = async (ways: CreationWays, name: string) => {
    const owner = await inPool();
    await expect(completeRegistration(owner, await made(owner, ways))).rejects.toMatchObject({ name, status: 400 });
    expect(await kept(owner)).toEqual([]);
  };

  it.each([
    ["another host", { origin: "https://evil.test" }],
    ["a host that only ends alike", { origin: `https://evil${HOST}` }],
    ["the parent of the host", { origin: "https://test" }],
    ["plain HTTP", { origin: `http://${HOST}` }],
    ["an origin with a path", { origin: `https://${HOST}/` }],
    ["an origin with a user name", { origin: `https://${HOST}@evil.test` }],
    ["no origin of the web", { origin: "android:apk-key-hash:aaaa" }],
    ["an opaque origin", { origin: "null" }],
    ["a frame of another site", { crossOrigin: true }],
    ["a frame by its top origin", { topOrigin: "https://evil.test" }],
  ])("at %s", (_, ways) => refused(ways, "WebAuthnOriginNotAllowedException"));

  it("where the authenticator signed for another relying party", () =>
    refused({ rpId: "evil.test", origin: `https://${HOST}` }, "WebAuthnRelyingPartyMismatchException"));

  it.each([
    ["where nobody was there", { present: false }],
    ["with EdDSA, which was not asked for", { publicKey: (own: Map<number, any>) => new Map(own).set(3, -8) }],
    ["with ES384 on P-256", { publicKey: (own: Map<number, any>) => new Map(own).set(3, -35) }],
    ["with a curve that is not the algorithm's", { publicKey: (own: Map<number, any>) => new Map(own).set(-1, 2) }],
    ["with a point off the curve", { publicKey: (own: Map<number, any>) => new Map(own).set(-3, new Uint8Array(32)) }],
    ["with a coordinate that is a number", { publicKey: (own: Map<number, any>) => new Map(own).set(-2, 5) }],
    ["with a key that is no map", { publicKey: () => [1, 2] }],
    [
      "with an RSA key of 1024 bits",
      { kind: "RS256", publicKey: (own: Map<number, any>) => new Map(own).set(-1, new Uint8Array(128).fill(0xc5)) },
    ],
    [
      "with an RSA key of 8192 bits",
      { kind: "RS256", publicKey: (own: Map<number, any>) => new Map(own).set(-1, new Uint8Array(1024).fill(0xc5)) },
    ],
    [
      "with an RSA exponent of 2048 bits",
      { kind: "RS256", publicKey: (own: Map<number, any>) => new Map(own).set(-2, new Uint8Array(256).fill(0xc5)) },
    ],
    ["with a format nobody knows", { attestation: async () => ({ fmt: "mine", attStmt: new Map() }) }],
    [
      "with a statement under the format none",
      { attestation: async () => ({ fmt: "none", attStmt: new Map([["sig", new Uint8Array(8)]]) }) },
    ],
  ] satisfies [string, CreationWays][])("%s", (_, ways) => refused(ways, "WebAuthnCredentialNotSupportedException"));

  it.each([0, 1_024])("[WebAuthn 3 §7.1] with a credential id of %d bytes", (length) =>
    refused({ id: new Uint8Array(length) }, "InvalidParameterException"),
  );

  it("with a certificate, before anything is looked at in it", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    try {
      await refused(
        {
          attestation: async (sign, signed) => ({
            fmt: "packed",
            attStmt: new Map<string, any>([
              ["alg", -7],
              ["sig", await sign(signed)],
              ["x5c", [new Uint8Array(600)]],
            ]),
          }),
        },
        "WebAuthnCredentialNotSupportedException",
      );
      const reasons = log.mock.calls.map(([line]) => JSON.parse(String(line)).reason);
      expect(reasons).toContain("attestation that was not asked for");
    } finally {
      log.mockRestore();
    }
  });

  it("without user verification where the pool requires it", async () => {
    const strict = await makePasskeyUser();
    await call("SetUserPoolMfaConfig", {
      UserPoolId: strict.pool,
      WebAuthnConfiguration: { UserVerification: "required" },
    });
    await expect(completeRegistration(strict, await made(strict, { verified: false }))).rejects.toMatchObject({
      name: "WebAuthnCredentialNotSupportedException",
    });
    await completeRegistration(strict, await made(strict));
  });

  it("that names another credential than it holds", async () => {
    const owner = await inPool();
    const credential = await made(owner);
    const other = (await made(owner)).id;
    await expect(completeRegistration(owner, { ...credential, id: other, rawId: other })).rejects.toMatchObject({
      name: "WebAuthnCredentialNotSupportedException",
    });
  });

  it.each([
    ["nothing", {}],
    ["a text", "eyJpZCI6IiJ9"],
    ["a list", []],
    ["null members", { id: null, rawId: null, type: "public-key", response: null }],
    ["another kind", { type: "password" }],
    ["two ids", { rawId: "AAAA" }],
    ["an id that is not base64url", { id: "a+b=", rawId: "a+b=" }],
    ["no response", { response: {} }],
    ["client data that is no JSON", { response: { clientDataJSON: "AAAA", attestationObject: "oA" } }],
    ["client data that is null", { response: { clientDataJSON: "bnVsbA", attestationObject: "oA" } }],
  ])("where the document is %s", async (_, change) => {
    const owner = await inPool();
    const own = await made(owner);
    const document =
      typeof change === "string" || Array.isArray(change) || Object.keys(change).length === 0
        ? change
        : { ...own, ...change };
    await expect(completeRegistration(owner, document)).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  it("where the attestation is not CBOR, or cut short", async () => {
    const owner = await inPool();
    const credential = await made(owner);
    const { attestationObject } = credential.response;
    for (const broken of ["AAAA", attestationObject.slice(0, 100), `${"gYGB".repeat(3_000)}`]) {
      const response = { ...credential.response, attestationObject: broken };
      await expect(completeRegistration(owner, { ...credential, response })).rejects.toMatchObject({
        name: "WebAuthnCredentialNotSupportedException",
      });
    }
  });

  it("with the answer to a sign-in", async () => {
    const owner = await inPool();
    await expect(completeRegistration(owner, await made(owner, { type: "webauthn.get" }))).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });

  it("where passkeys were switched off meanwhile", async () => {
    const owner = await makePasskeyUser();
    const credential = await made(owner);
    const SignInPolicy = { AllowedFirstAuthFactors: ["PASSWORD"] };
    await call("UpdateUserPool", { UserPoolId: owner.pool, Policies: { SignInPolicy } });
    await expect(completeRegistration(owner, credential)).rejects.toMatchObject({
      name: "WebAuthnNotEnabledException",
    });
  });
});

describe("the challenge of a registration", () => {
  const notFound = { name: "WebAuthnChallengeNotFoundException", status: 400 };

  it("is ours, of this user and pool, and unaltered", async () => {
    const [jane, john] = [await inPool(), await inPool()];
    const stranger = await inPool(await makePasskeyPool());
    const { challenge } = await startRegistration(jane);
    for (const other of [john, stranger]) {
      await expect(completeRegistration(other, await made(other, { challenge }))).rejects.toMatchObject(notFound);
    }
    const altered = `${challenge.slice(0, 60)}${challenge[60] === "A" ? "B" : "A"}${challenge.slice(61)}`;
    for (const text of ["AAAA", altered, `${challenge}A`, ""]) {
      const credential = await made(jane, { challenge: text });
      await expect(completeRegistration(jane, credential)).rejects.toMatchObject(notFound);
    }
    await completeRegistration(jane, await made(jane, { challenge }));
  });

  it("is good for five minutes", async () => {
    const owner = await inPool();
    const [early, late] = [await made(owner), await made(owner)];
    const now = Date.now();
    const clock = vi.spyOn(Date, "now");
    try {
      clock.mockReturnValue(now + 4 * 60_000);
      await completeRegistration(owner, early);
      clock.mockReturnValue(now + 6 * 60_000);
      await expect(completeRegistration(owner, late)).rejects.toMatchObject(notFound);
    } finally {
      clock.mockRestore();
    }
  });

  it("is of the client that it was given to", async () => {
    const owner = await inPool();
    const other = await makeClient(owner.pool);
    const { AccessToken } = (await signIn(other.ClientId, owner.name)).AuthenticationResult;
    const credential = await made(owner);
    await expect(completeRegistration({ AccessToken }, credential)).rejects.toMatchObject({
      name: "WebAuthnClientMismatchException",
    });
    await completeRegistration(owner, credential);
  });

  it("takes one passkey, also after that was deleted", async () => {
    const owner = await inPool();
    const options = await startRegistration(owner);
    const [first, second] = [await owner.authenticator.create(options), await new Authenticator().create(options)];
    await completeRegistration(owner, first);
    await expect(completeRegistration(owner, first)).rejects.toMatchObject(notFound);
    await expect(completeRegistration(owner, second)).rejects.toMatchObject(notFound);
    await call("DeleteWebAuthnCredential", { AccessToken: owner.AccessToken, CredentialId: first.id });
    await expect(completeRegistration(owner, first)).rejects.toMatchObject(notFound);
    expect(await kept(owner)).toEqual([]);
  });

  it("is spent with the passkey or not at all: after a broken connection the same answer is taken", async () => {
    const owner = await inPool();
    const credential = await made(owner);
    const { result } = await interruptedAt(2, () =>
      completeRegistration(owner, credential).catch(({ name }: Error) => name),
    );
    expect(result).toBe("InternalErrorException");
    expect(await kept(owner)).toEqual([]);
    await completeRegistration(owner, credential);
    expect(await kept(owner)).toHaveLength(1);
    expect(await brokenInvariants()).toEqual([]);
  });

  it("takes one of a hundred passkeys that come at once", async () => {
    const owner = await inPool();
    const options = await startRegistration(owner);
    const credentials = await Promise.all(Array.from({ length: 100 }, () => new Authenticator().create(options)));
    const answers = await Promise.all(
      credentials.map((credential) =>
        completeRegistration(owner, credential).then(
          () => "kept",
          ({ name }) => name,
        ),
      ),
    );
    expect(answers.filter((each) => each === "kept")).toHaveLength(1);
    expect(new Set(answers.filter((each) => each !== "kept"))).toEqual(new Set([notFound.name]));
    expect(await kept(owner)).toHaveLength(1);
  });
});

describe("a credential id", () => {
  const id = crypto.getRandomValues(new Uint8Array(32));
  const taken = { name: "InvalidParameterException", message: "Invalid passkey credential." };

  it("is one user's in a pool, and can be another's elsewhere", async () => {
    const [jane, john] = [await inPool(), await inPool()];
    const stranger = await inPool(await makePasskeyPool());
    await register(jane, { id });
    await expect(completeRegistration(john, await made(john, { id }))).rejects.toMatchObject(taken);
    await expect(completeRegistration(jane, await made(jane, { id }))).rejects.toMatchObject(taken);
    expect(await kept(john)).toEqual([]);
    expect(await kept(jane)).toHaveLength(1);
    await register(stranger, { id });
  });

  it("is taken, too, where it stands for the passkey of a name that nobody has: no answer tells the two apart", async () => {
    const { ClientId } = await makeClient(user.pool, { PreventUserExistenceErrors: "ENABLED" });
    const { options } = await challengeFor(ClientId, `nobody-${crypto.randomUUID()}`);
    const [{ id }] = options.allowCredentials;
    const credential = await made(user, { id: fromBase64Url(id) as Uint8Array<ArrayBuffer> });
    await expect(completeRegistration(user, credential)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "Invalid passkey credential.",
    });
  });

  it("goes to one of many users who send it at once", async () => {
    const id = crypto.getRandomValues(new Uint8Array(32));
    const people = await Promise.all(Array.from({ length: 8 }, () => inPool()));
    const credentials = await Promise.all(people.map((each) => made(each, { id })));
    const answers = await Promise.allSettled(people.map((each, at) => completeRegistration(each, credentials[at])));
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const { results } = await env.DB.prepare("select sub from passkeys where id = ?").bind(credentials[0]?.id).all();
    expect(results).toHaveLength(1);
  });
});

describe("a user's twenty passkeys", () => {
  it("are all that they may have, however many come at once", async () => {
    const owner = await inPool();
    for (let n = 0; n < 17; n++) await completeRegistration(owner, await made(owner));
    const more = await Promise.all(Array.from({ length: 10 }, () => made(owner)));
    const answers = await Promise.all(
      more.map((credential) =>
        completeRegistration(owner, credential).then(
          () => "kept",
          ({ name }) => name,
        ),
      ),
    );
    expect(answers.filter((each) => each === "kept")).toHaveLength(3);
    expect(answers.filter((each) => each === "LimitExceededException")).toHaveLength(7);
    expect(await kept(owner)).toHaveLength(20);
    await expect(startRegistration(owner)).rejects.toMatchObject({ name: "LimitExceededException" });
    const { Credentials } = await listPasskeys(owner);
    expect(Credentials).toHaveLength(20);
    await call("DeleteWebAuthnCredential", {
      AccessToken: owner.AccessToken,
      CredentialId: Credentials[0].CredentialId,
    });
    await completeRegistration(owner, await made(owner));
  });
});

describe("a user who is gone", () => {
  it("leaves no passkey behind, nor does a pool", async () => {
    const jane = await inPool();
    await register(jane);
    await call("AdminDeleteUser", { UserPoolId: jane.pool, Username: jane.name });
    expect(await kept(jane)).toEqual([]);
    const pool = await makePasskeyPool();
    const john = await inPool(pool);
    await register(john);
    await call("DeleteUserPool", { UserPoolId: pool });
    expect(await kept(john)).toEqual([]);
  });
});

it("says nothing of passkeys in pools that have none", async () => {
  const pool = await makePool();
  const { ClientId } = await makeClient(pool);
  await makeUser(pool, "jane");
  const { AccessToken } = (await signIn(ClientId, "jane")).AuthenticationResult;
  await expect(completeRegistration({ AccessToken }, {})).rejects.toMatchObject({
    name: "WebAuthnNotEnabledException",
  });
  expect(await listPasskeys({ AccessToken })).toEqual({ Credentials: [] });
});
