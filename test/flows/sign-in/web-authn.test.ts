import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { toBase64Url, utf8 } from "../../../src/lib/encoding.ts";
import { Authenticator, type ProofWays } from "../../authenticator.ts";
import { call, makeClient, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import {
  makePasskeyPool,
  makePasskeyUser,
  type PasskeyUser,
  register,
} from "../../operations/passkeys/passkey-user.ts";
import { answerWith, challengeFor, signInWithPasskey } from "./passkey-challenge.ts";
import { USED } from "./refusals.ts";

afterEach(() => void vi.useRealTimers());

const wrong = { name: "NotAuthorizedException", message: "Incorrect username or password.", status: 400 };
const foreign = { name: "NotAuthorizedException", message: "Invalid session for the user." };

let user: PasskeyUser;
beforeAll(async () => {
  user = await makePasskeyUser();
  await register(user);
}, 60_000);

const counterOf = async ({ pool, sub }: PasskeyUser): Promise<unknown> =>
  (await env.DB.prepare("select counter from passkeys where pool_id = ? and sub = ?").bind(pool, sub).first())?.counter;

/** What the worker logs while work runs. */
async function logged(work: () => Promise<unknown>): Promise<string[]> {
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  try {
    await work();
    return log.mock.calls.map(([line]) => String(line));
  } finally {
    log.mockRestore();
  }
}

describe("sign-in by passkey", () => {
  it("[Cognito] asks for one of the user's passkeys, as JSON text", async () => {
    const { options } = await challengeFor(user.client, user.name);
    expect(options).toEqual({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rpId: "limen.test",
      timeout: 60_000,
      allowCredentials: [
        { id: user.authenticator.held[0]?.id, type: "public-key", transports: ["hybrid", "internal"] },
      ],
      userVerification: "preferred",
    });
  });

  it("begins by USER_AUTH, and ends with tokens", async () => {
    const { ClientId } = await makeClient(user.pool, { ExplicitAuthFlows: ["ALLOW_USER_AUTH"] });
    const AuthParameters = { USERNAME: user.name, PREFERRED_CHALLENGE: "WEB_AUTHN" };
    const begin = () => call("InitiateAuth", { ClientId, AuthFlow: "USER_AUTH", AuthParameters });
    // From here on, the settings of pool and client are known.
    await begin();
    const costs = await costsOf(async () => {
      const begun = await begin();
      expect(begun).toMatchObject({ ChallengeName: "WEB_AUTHN", Session: expect.any(String) });
      expect(begun.AvailableChallenges).toContain("WEB_AUTHN");
      const options = JSON.parse(begun.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS);
      const credential = await user.authenticator.get(options);
      expect(await answerWith(ClientId, user.name, begun.Session, credential)).toHaveProperty("AuthenticationResult");
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 2]);
  });

  it.each(["ES256", "RS256"] as const)("answers a proof of %s with tokens", async (kind) => {
    const owner = await makePasskeyUser({ pool: user.pool, client: user.client });
    await register(owner, { kind });
    const { AuthenticationResult } = await signInWithPasskey(owner);
    expect(decodeJwt(AuthenticationResult.AccessToken)).toMatchObject({ sub: owner.sub, username: owner.name });
    expect(AuthenticationResult.RefreshToken).toEqual(expect.any(String));
  });

  it("takes two hops, and writes no counter where there is none", async () => {
    const { Session, options } = await challengeFor(user.client, user.name);
    const credential = await user.authenticator.get(options);
    const [byPasskey] = await costsOf(() => answerWith(user.client, user.name, Session, credential));
    const [byPassword] = await costsOf(() => signIn(user.client, user.name));
    expect(byPasskey?.hops).toBe(2);
    expect(byPasskey?.rowsWritten).toBeLessThanOrEqual(byPassword?.rowsWritten as number);
  });

  it("takes two hops with a counter, too", async () => {
    const owner = await makePasskeyUser({ pool: user.pool, client: user.client, counts: true });
    await register(owner);
    const { Session, options } = await challengeFor(user.client, owner.name);
    const credential = await owner.authenticator.get(options);
    const [cost] = await costsOf(() => answerWith(user.client, owner.name, Session, credential));
    expect(cost?.hops).toBe(2);
  });

  it("takes any of the user's passkeys, with or without a user handle", async () => {
    const owner = await makePasskeyUser({ pool: user.pool, client: user.client });
    const second = new Authenticator();
    await register(owner);
    await register({ ...owner, authenticator: second });
    for (const authenticator of [owner.authenticator, second]) {
      for (const ways of [{}, { userHandle: null }]) {
        expect(await signInWithPasskey({ ...owner, authenticator }, ways)).toHaveProperty("AuthenticationResult");
      }
    }
  });

  it("takes a passkey at hosts below the relying party, over TLS", async () => {
    const origin = "https://app.limen.test:8443";
    expect(await signInWithPasskey(user, { origin })).toHaveProperty("AuthenticationResult");
  });

  it("takes http://localhost on a developer's machine alone", async () => {
    const owner = await makePasskeyUser();
    await call("SetUserPoolMfaConfig", {
      UserPoolId: owner.pool,
      WebAuthnConfiguration: { RelyingPartyId: "localhost" },
    });
    const origin = "http://localhost:5173";
    await register(owner, { origin });
    expect(await signInWithPasskey(owner, { origin })).toHaveProperty("AuthenticationResult");
  });

  it("clears what was counted of wrong passwords, and is not stopped by them", async () => {
    // A lock of a second must outlast the test.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const owner = await makePasskeyUser({ pool: user.pool, client: user.client });
    await register(owner);
    for (let n = 0; n < 7; n++) await signIn(owner.client, owner.name, "Wr0ng-Horse!").catch(() => undefined);
    await expect(signIn(owner.client, owner.name)).rejects.toMatchObject({ message: "Password attempts exceeded" });
    expect(await signInWithPasskey(owner)).toHaveProperty("AuthenticationResult");
    expect(await signIn(owner.client, owner.name)).toHaveProperty("AuthenticationResult");
  });

  it("leads on to what the account's state asks for", async () => {
    const owner = await makePasskeyUser({ pool: user.pool, client: user.client });
    await register(owner);
    const named = { UserPoolId: owner.pool, Username: owner.name };
    await call("AdminSetUserPassword", { ...named, Password: PASSWORD, Permanent: false });
    expect(await signInWithPasskey(owner)).toMatchObject({ ChallengeName: "NEW_PASSWORD_REQUIRED" });
    await call("AdminDisableUser", named);
    await expect(signInWithPasskey(owner)).rejects.toMatchObject({ message: "User is disabled." });
  });

  it("asks for the secret hash of a client with a secret", async () => {
    const { ClientId } = await makeClient(user.pool, { GenerateSecret: true });
    const { Session, options } = await challengeFor(ClientId, user.name);
    await expect(answerWith(ClientId, user.name, Session, await user.authenticator.get(options))).rejects.toMatchObject(
      { name: "NotAuthorizedException", message: expect.stringContaining("secret") },
    );
  });
});

describe("a proof is refused", () => {
  it.each([
    ["to another challenge", { challenge: toBase64Url(new Uint8Array(32)) }],
    ["at another host", { origin: "https://evil.test" }],
    ["over plain HTTP", { origin: "http://limen.test" }],
    ["in a frame of another site", { crossOrigin: true }],
    ["for another relying party", { rpId: "evil.test", origin: "https://limen.test" }],
    ["that is a registration", { type: "webauthn.create" }],
    ["where nobody was there", { present: false }],
    ["with another user's handle", { userHandle: toBase64Url(utf8(crypto.randomUUID())) }],
    ["with an altered signature", { signature: (own) => own.map((byte, at) => (at === 40 ? byte ^ 1 : byte)) }],
    ["with a signature of another form", { signature: () => new Uint8Array(64) }],
    ["with an empty signature", { signature: () => new Uint8Array() }],
  ] satisfies [string, ProofWays][])("%s", async (_, ways) => {
    await expect(signInWithPasskey(user, ways)).rejects.toMatchObject(wrong);
    expect(await signInWithPasskey(user)).toHaveProperty("AuthenticationResult");
  });

  it.each(["", "nonsense", "null", "[]", "{}", '{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{}}'])(
    "that is %j",
    async (text) => {
      const { Session } = await challengeFor(user.client, user.name);
      await expect(answerWith(user.client, user.name, Session, text)).rejects.toMatchObject(
        text === "" ? { name: "InvalidParameterException", message: "Missing required parameter CREDENTIAL" } : wrong,
      );
    },
  );

  it("whose parts were altered after it was signed", async () => {
    const { Session, options } = await challengeFor(user.client, user.name);
    const credential = await user.authenticator.get(options, { verified: false });
    const { authenticatorData } = credential.response;
    const bytes = Uint8Array.from(Buffer.from(authenticatorData, "base64url"));
    bytes[32] = (bytes[32] as number) | 4;
    const response = { ...credential.response, authenticatorData: toBase64Url(bytes) };
    await expect(answerWith(user.client, user.name, Session, { ...credential, response })).rejects.toMatchObject(wrong);
  });

  it("without user verification where the pool requires it", async () => {
    const owner = await makePasskeyUser();
    await register(owner);
    const WebAuthnConfiguration = { UserVerification: "required" };
    await call("SetUserPoolMfaConfig", { UserPoolId: owner.pool, WebAuthnConfiguration });
    expect((await challengeFor(owner.client, owner.name)).options.userVerification).toBe("required");
    await expect(signInWithPasskey(owner, { verified: false })).rejects.toMatchObject(wrong);
    expect(await signInWithPasskey(owner)).toHaveProperty("AuthenticationResult");
  });

  it("of a passkey that was deleted, or that is good for a former relying party", async () => {
    const owner = await makePasskeyUser();
    const CredentialId = await register(owner);
    const { Session, options } = await challengeFor(owner.client, owner.name);
    const credential = await owner.authenticator.get(options);
    await call("DeleteWebAuthnCredential", { AccessToken: owner.AccessToken, CredentialId });
    await expect(answerWith(owner.client, owner.name, Session, credential)).rejects.toMatchObject(wrong);

    const authenticator = new Authenticator();
    await register({ ...owner, authenticator });
    await call("SetUserPoolMfaConfig", {
      UserPoolId: owner.pool,
      WebAuthnConfiguration: { RelyingPartyId: "example.com" },
    });
    const later = await challengeFor(owner.client, owner.name);
    const [key] = authenticator.held;
    expect(later.options.allowCredentials.map(({ id }: any) => id)).not.toContain(key?.id);
    const proof = await authenticator.prove(key!, "example.com", later.options.challenge);
    await expect(answerWith(owner.client, owner.name, later.Session, proof)).rejects.toMatchObject(wrong);
  });

  it("where passkeys were switched off meanwhile", async () => {
    const owner = await makePasskeyUser();
    await register(owner);
    const { Session, options } = await challengeFor(owner.client, owner.name);
    const credential = await owner.authenticator.get(options);
    const SignInPolicy = { AllowedFirstAuthFactors: ["PASSWORD"] };
    await call("UpdateUserPool", { UserPoolId: owner.pool, Policies: { SignInPolicy } });
    await expect(answerWith(owner.client, owner.name, Session, credential)).rejects.toMatchObject(wrong);
  });
});

describe("the challenge WEB_AUTHN", () => {
  it("takes one answer, right or wrong", async () => {
    const { Session, options } = await challengeFor(user.client, user.name);
    const right = await user.authenticator.get(options);
    const answer = (credential: unknown) => answerWith(user.client, user.name, Session, credential);
    await expect(answer("nonsense")).rejects.toMatchObject(wrong);
    await expect(answer(right)).rejects.toMatchObject(USED);
    const again = await challengeFor(user.client, user.name);
    const credential = await user.authenticator.get(again.options);
    await answerWith(user.client, user.name, again.Session, credential);
    await expect(answerWith(user.client, user.name, again.Session, credential)).rejects.toMatchObject(USED);
  });

  it("takes one of a hundred right answers that come at once", async () => {
    const { Session, options } = await challengeFor(user.client, user.name);
    const right = await user.authenticator.get(options);
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        answerWith(user.client, user.name, Session, right).then(
          () => "tokens",
          ({ message }) => message,
        ),
      ),
    );
    expect(answers.filter((each) => each === "tokens")).toHaveLength(1);
    expect(new Set(answers.filter((each) => each !== "tokens"))).toEqual(new Set([USED.message]));
  });

  it("is of one client, pool and user, and belongs to one Session", async () => {
    const sibling = (await makeClient(user.pool)).ClientId;
    const john = await makePasskeyUser({ pool: user.pool, client: user.client });
    await register(john);
    const stranger = await makePasskeyUser({ pool: await makePasskeyPool() });
    const [one, two] = [await challengeFor(user.client, user.name), await challengeFor(user.client, user.name)];
    const right = await user.authenticator.get(one.options);
    await expect(answerWith(sibling, user.name, one.Session, right)).rejects.toMatchObject(foreign);
    await expect(answerWith(stranger.client, user.name, one.Session, right)).rejects.toMatchObject(foreign);
    await expect(answerWith(user.client, user.name, two.Session, right)).rejects.toMatchObject(wrong);
    // John's own passkey proves John, and Jane's challenge is not answered by it, whoever is named.
    const [key] = john.authenticator.held;
    const three = await challengeFor(user.client, user.name);
    const johns = await john.authenticator.prove(key!, "limen.test", three.options.challenge, { userHandle: null });
    await expect(answerWith(user.client, user.name, three.Session, johns)).rejects.toMatchObject(wrong);
    const four = await challengeFor(user.client, user.name);
    await expect(answerWith(user.client, john.name, four.Session, johns)).rejects.toMatchObject(foreign);
    const five = await challengeFor(user.client, john.name);
    await expect(answerWith(user.client, john.name, five.Session, right)).rejects.toMatchObject(wrong);
  });

  it("expires with the client's sessions", async () => {
    const { Session, options } = await challengeFor(user.client, user.name);
    const right = await user.authenticator.get(options);
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 3 * 60_000 + 1_000);
    try {
      await expect(answerWith(user.client, user.name, Session, right)).rejects.toMatchObject({
        message: "Invalid session for the user, session is expired.",
      });
    } finally {
      clock.mockRestore();
    }
  });

  it("is void once the user has another password, or was signed out", async () => {
    const owner = await makePasskeyUser({ pool: user.pool, client: user.client });
    await register(owner);
    const named = { UserPoolId: owner.pool, Username: owner.name };
    const { Session, options } = await challengeFor(owner.client, owner.name);
    await call("AdminUserGlobalSignOut", named);
    await expect(
      answerWith(owner.client, owner.name, Session, await owner.authenticator.get(options)),
    ).rejects.toMatchObject(foreign);
  });
});

describe("[WebAuthn 3 §7.2, step 19] whether a passkey may be copied", () => {
  it.each([true, false])("never changes once it was registered as %s", async (eligible) => {
    const owner = await makePasskeyUser();
    await register(owner, { eligible });
    await expect(signInWithPasskey(owner, { eligible: !eligible })).rejects.toMatchObject(wrong);
    expect(await signInWithPasskey(owner, { eligible })).toHaveProperty("AuthenticationResult");
  });
});

describe("[WebAuthn 3 §7.2, step 22] a signature counter", () => {
  it("is taken down with each sign-in, and refuses and logs one that stands still or goes back", async () => {
    const owner = await makePasskeyUser({ counts: true });
    const id = await register(owner);
    expect(await counterOf(owner)).toBe(1);
    await signInWithPasskey(owner);
    expect(await counterOf(owner)).toBe(2);
    await signInWithPasskey(owner, { counter: 9 });
    expect(await counterOf(owner)).toBe(9);
    for (const counter of [9, 8, 1, 0]) {
      const lines = await logged(() => expect(signInWithPasskey(owner, { counter })).rejects.toMatchObject(wrong));
      const told = lines.filter((line) => line.includes('"passkey-counter"')).map((line) => JSON.parse(line));
      expect(told).toMatchObject([{ poolId: owner.pool, sub: owner.sub, passkey: id }]);
    }
    expect(await counterOf(owner)).toBe(9);
    await signInWithPasskey(owner, { counter: 0xffff_ffff });
    expect(await counterOf(owner)).toBe(0xffff_ffff);
  });

  it("that nobody has signed is not logged as a clone's", async () => {
    const owner = await makePasskeyUser({ counts: true });
    await register(owner, { counter: 5 });
    const lines = await logged(() =>
      expect(signInWithPasskey(owner, { counter: 3, signature: (own) => own.toReversed() })).rejects.toMatchObject(
        wrong,
      ),
    );
    expect(lines.filter((line) => line.includes('"passkey-counter"'))).toEqual([]);
  });

  it("is good for one of two proofs that come at once", async () => {
    const owner = await makePasskeyUser({ counts: true });
    await register(owner);
    const proofs = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const { Session, options } = await challengeFor(owner.client, owner.name);
        return { Session, credential: await owner.authenticator.get(options, { counter: 5 }) };
      }),
    );
    const answers = await Promise.allSettled(
      proofs.map(({ Session, credential }) => answerWith(owner.client, owner.name, Session, credential)),
    );
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const answer of answers) {
      if (answer.status === "rejected") expect(answer.reason).toMatchObject({ name: "NotAuthorizedException" });
    }
    expect(await counterOf(owner)).toBe(5);
  });
});

describe("where the client hides users", () => {
  it("a name that nobody has, and a user without passkeys, are asked for one that nobody has, the same each time", async () => {
    const { ClientId } = await makeClient(user.pool, { PreventUserExistenceErrors: "ENABLED" });
    const bare = await makePasskeyUser({ pool: user.pool, client: user.client });
    const real = await challengeFor(ClientId, user.name);
    const shown = new Set<string>();
    for (const name of [`nobody${crypto.randomUUID()}`, bare.name]) {
      const one = await challengeFor(ClientId, name);
      const two = await challengeFor(ClientId, name);
      expect(two.options.allowCredentials).toEqual(one.options.allowCredentials);
      expect(one.options).toEqual({
        ...real.options,
        challenge: expect.stringMatching(/^[\w-]{43}$/),
        allowCredentials: [
          {
            id: expect.stringMatching(/^(?:[\w-]{22}|[\w-]{27}|[\w-]{43})$/),
            type: "public-key",
            transports: expect.arrayContaining(["internal"]),
          },
        ],
      });
      shown.add(one.options.allowCredentials[0].id);
    }
    expect(shown.size).toBe(2);
  });

  it("a user without passkeys is asked for the same one by every name", async () => {
    const pool = await makePasskeyPool({ AliasAttributes: ["email"] });
    const { ClientId } = await makeClient(pool, { PreventUserExistenceErrors: "ENABLED" });
    const email = "jane@example.com";
    const UserAttributes = [
      { Name: "email", Value: email },
      { Name: "email_verified", Value: "true" },
    ];
    await call("AdminCreateUser", { UserPoolId: pool, Username: "jane", UserAttributes, MessageAction: "SUPPRESS" });
    const [byName, byEmail] = [await challengeFor(ClientId, "jane"), await challengeFor(ClientId, email)];
    expect(byEmail.options.allowCredentials).toEqual(byName.options.allowCredentials);
  });

  it("an answer for either costs what a wrong one for a user costs, and is told the same", async () => {
    const { ClientId } = await makeClient(user.pool, { PreventUserExistenceErrors: "ENABLED" });
    const bare = await makePasskeyUser({ pool: user.pool, client: user.client });
    const authenticator = new Authenticator();
    await register({ ...bare, authenticator });
    const [key] = authenticator.held;
    await call("DeleteWebAuthnCredential", { AccessToken: bare.AccessToken, CredentialId: key?.id });
    const costs = await costsOf(async () => {
      for (const name of [user.name, bare.name, "nobody"]) {
        const { Session, options } = await challengeFor(ClientId, name);
        const [{ id }] = options.allowCredentials;
        const proof = await authenticator.prove({ ...key!, id }, "limen.test", options.challenge, { userHandle: null });
        await expect(answerWith(ClientId, name, Session, proof)).rejects.toMatchObject(wrong);
      }
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 1, 1]);
    expect(new Set(costs.map(({ rowsWritten }) => rowsWritten)).size).toBe(1);
  });
});
