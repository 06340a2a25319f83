import { beforeAll, describe, expect, it, vi } from "vitest";
import { clientOfPages } from "../../../../src/flows/client-of-pages.ts";
import { passkeyRequest, signInByPasskey } from "../../../../src/flows/sign-in/begin/by-passkey.ts";
import type { Outcome } from "../../../../src/flows/sign-in/sign-in.ts";
import { toBase64Url, utf8 } from "../../../../src/lib/encoding.ts";
import type { ProofWays } from "../../../authenticator.ts";
import { call, makeClient, makePool, PASSWORD } from "../../../client.ts";
import {
  makePasskeyPool,
  makePasskeyUser,
  type PasskeyUser,
  register,
} from "../../../operations/passkeys/passkey-user.ts";
import { challengeFor, makeCall, makeTurn } from "../passkey-challenge.ts";

const wrong = { name: "NotAuthorizedException", message: "Incorrect username or password." };
const used = { message: "Invalid session for the user, session can only be used once." };

let user: PasskeyUser;
beforeAll(async () => {
  user = await makePasskeyUser();
  await register(user);
}, 60_000);

/** A turn at the pages. */
async function turnAt(clientId: string) {
  const turn = await makeTurn(clientId);
  return { ...turn, client: clientOfPages(turn.client), goal: "browser-session" as const };
}

const ask = async (clientId = user.client) => passkeyRequest(await makeCall(), await turnAt(clientId));

const answer = async (credential: unknown, clientId = user.client): Promise<Outcome> =>
  signInByPasskey(
    await makeCall(),
    await turnAt(clientId),
    typeof credential === "string" ? credential : JSON.stringify(credential),
  );

const signedIn = async (ways: ProofWays = {}) => {
  const options = await ask();
  return answer(await user.authenticator.get(options as never, ways));
};

describe("sign-in by passkey without a name", () => {
  it("asks for any passkey, and for no user's", async () => {
    const options = await ask();
    expect(options).toEqual({
      challenge: expect.stringMatching(/^[\w-]{100,400}$/),
      rpId: "limen.test",
      timeout: 60_000,
      userVerification: "preferred",
    });
    expect((await ask())?.challenge).not.toBe(options?.challenge);
  });

  it("signs in the user whom the passkey names", async () => {
    expect(await signedIn()).toMatchObject({
      browser: { user: { sub: user.sub }, session: { amr: ["pop", "user"] }, cookie: expect.any(String) },
    });
    expect(await signedIn({ verified: false })).toMatchObject({ browser: { session: { amr: ["pop"] } } });
  });

  it("takes two hops", async () => {
    const options = await ask();
    const text = JSON.stringify(await user.authenticator.get(options as never));
    const [inward, turn] = [await makeCall(), await turnAt(user.client)];
    await signInByPasskey(inward, turn, text);
    expect(inward.meter.hops).toBe(2);
  });

  it("is not offered where the pool does not let users in by passkey", async () => {
    const { ClientId } = await makeClient(await makePool());
    expect(await ask(ClientId)).toBeUndefined();
  });

  it.each([
    ["names nobody", { userHandle: toBase64Url(utf8(crypto.randomUUID())) }],
    ["names no user", { userHandle: null }],
    ["names a text that is not UTF-8", { userHandle: "_w" }],
    ["is to another challenge", { challenge: toBase64Url(new Uint8Array(64)) }],
    ["was given at another host", { origin: "https://evil.test" }],
    ["is for another relying party", { rpId: "evil.test", origin: "https://limen.test" }],
    ["nobody was there for", { present: false }],
    ["is signed otherwise", { signature: () => utf8("nonsense") }],
  ] satisfies [string, ProofWays][])("refuses a proof that %s", async (_, ways) => {
    await expect(signedIn(ways)).rejects.toMatchObject(wrong);
  });

  it("refuses a proof that names another user than its passkey's", async () => {
    const john = await makePasskeyUser({ pool: user.pool, client: user.client });
    await register(john);
    const [johns] = john.authenticator.held;
    await expect(signedIn({ userHandle: johns!.userHandle })).rejects.toMatchObject(wrong);
  });

  it.each(["", "nonsense", "null", "{}"])("refuses %j", async (text) => {
    await expect(answer(text)).rejects.toMatchObject(wrong);
  });

  it("takes each challenge once, right or wrong, whoever answers", async () => {
    const options = await ask();
    const bad = await user.authenticator.get(options as never, { signature: () => utf8("nonsense") });
    const good = await user.authenticator.get(options as never);
    await expect(answer(bad)).rejects.toMatchObject(wrong);
    await expect(answer(good)).rejects.toMatchObject(used);
    const right = await user.authenticator.get((await ask()) as never);
    const answers = await Promise.allSettled(Array.from({ length: 100 }, () => answer(right)));
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const each of answers) if (each.status === "rejected") expect(each.reason).toMatchObject(used);
  });

  it("binds the challenge to pool, client and goal, and to this way to sign in", async () => {
    const sibling = (await makeClient(user.pool)).ClientId;
    const stranger = (await makeClient(await makePasskeyPool())).ClientId;
    const proof = await user.authenticator.get((await ask()) as never);
    for (const other of [sibling, stranger]) await expect(answer(proof, other)).rejects.toMatchObject(wrong);
    const asProgram = signInByPasskey(await makeCall(), await makeTurn(user.client), JSON.stringify(proof));
    await expect(asProgram).rejects.toMatchObject(wrong);
    const { options } = await challengeFor(user.client, user.name);
    await expect(answer(await user.authenticator.get(options))).rejects.toMatchObject(wrong);
    const { CredentialCreationOptions } = await call("StartWebAuthnRegistration", { AccessToken: user.AccessToken });
    const { challenge } = CredentialCreationOptions;
    await expect(answer(await user.authenticator.get({ rpId: "limen.test", challenge }))).rejects.toMatchObject(wrong);
    expect(await answer(proof)).toHaveProperty("browser");
  });

  it("lets the challenge expire with the client's sessions", async () => {
    const proof = await user.authenticator.get((await ask()) as never);
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 3 * 60_000 + 1_000);
    try {
      await expect(answer(proof)).rejects.toMatchObject(wrong);
    } finally {
      clock.mockRestore();
    }
  });

  it("does not replace a temporary password, which only who knows it may", async () => {
    const john = await makePasskeyUser({ pool: user.pool, client: user.client });
    await register(john);
    const temporary = { UserPoolId: john.pool, Username: john.name, Password: `${PASSWORD}2`, Permanent: false };
    await call("AdminSetUserPassword", temporary);
    await expect(answer(await john.authenticator.get((await ask()) as never))).rejects.toMatchObject(wrong);
  });

  it("holds to what the account's state asks for", async () => {
    const john = await makePasskeyUser({ pool: user.pool, client: user.client });
    await register(john);
    await call("AdminDisableUser", { UserPoolId: john.pool, Username: john.name });
    await expect(answer(await john.authenticator.get((await ask()) as never))).rejects.toMatchObject({
      message: "User is disabled.",
    });
  });
});
