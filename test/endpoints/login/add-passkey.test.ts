import { beforeAll, describe, expect, test } from "vitest";
import { en } from "../../../src/ui/texts/en.ts";
import { Authenticator, type CreationWays } from "../../authenticator.ts";
import { call, codeSentTo, makePool, PASSWORD } from "../../client.ts";
import { WITH_PASSKEYS } from "../../operations/passkeys/passkey-user.ts";
import { atPage, BY_CHOICE, choicePool, newUser, passkeyOptions, passkeysOf, SECURE } from "./choice-people.ts";
import { claimsOf, field, isSignInPage, newAddress, notice } from "./new-person.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "./person.ts";

const PATH = "/passkeys/add";

let pool: string;
let client: string;
beforeAll(async () => {
  ({ pool, client } = await choicePool(["PASSWORD", "WEB_AUTHN"]));
});

/** Gives name and password to the pages that ask for them. */
async function signIn(person: Person, username: string): Promise<void> {
  await person.submit({ username });
  if (!person.fields().has("password")) await person.submit({ answer: "PASSWORD" });
  await person.submit({ password: PASSWORD });
}

/** Somebody who is signed in, at the page. */
async function offered(username: string, parameters: Record<string, string> = {}): Promise<Person> {
  const person = await atPage(client, PATH, { parameters });
  await signIn(person, username);
  return person;
}

const add = async (person: Person, authenticator = new Authenticator(), ways: CreationWays = {}) => {
  const credential = await authenticator.create(passkeyOptions(person), ways);
  await person.submit({ passkey: JSON.stringify(credential) });
  return credential;
};

const isOffer = ({ html }: Person) => html.includes(en.addPasskeyExplained);

describe("the page that adds a passkey", () => {
  test("[Amazon Cognito: /passkeys/add] keeps the passkey, then answers the client, and the passkey signs in", async () => {
    const username = await newUser(pool);
    const person = await offered(username);
    expect(isOffer(person)).toBe(true);
    expect(new URL(person.url).pathname).toBe(PATH);
    const authenticator = new Authenticator();
    const { id } = await add(person, authenticator);
    expect(person.response.headers.get("location")).toMatch(new RegExp(`^${CALLBACK}\\?`));
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": username });
    expect(await passkeysOf(pool, username)).toEqual([id]);

    const again = await atPage(client);
    await again.submit({ passkey: JSON.stringify(await authenticator.get(passkeyOptions(again))) });
    expect(await claimsOf(again, client)).toMatchObject({ "cognito:username": username });
  });

  test("is shown at once to whoever is signed in", async () => {
    const username = await newUser(pool);
    const person = await atPage(client);
    await signIn(person, username);
    await person.visit(authorizeUrl(client, {}, PATH));
    expect(isOffer(person)).toBe(true);
    expect(passkeyOptions(person).user.name).toBe(username);
  });

  test("lets people go on without", async () => {
    const username = await newUser(pool);
    const person = await offered(username);
    await person.submit({ later: "1" });
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": username });
    expect(await passkeysOf(pool, username)).toEqual([]);
  });

  test("is shown to whoever has just confirmed a new account, where they could sign in by a passkey", async () => {
    const signedUp = async (id: string, origin?: string): Promise<Person> => {
      const [username, email] = [`new-${crypto.randomUUID()}`, newAddress()];
      const person = await atPage(id, "/signup", origin === undefined ? {} : { origin });
      await person.submit({ username, [field("email")]: email, password: PASSWORD });
      await person.submit({ code: await codeSentTo(email) });
      return person;
    };
    const person = await signedUp(client);
    expect(isOffer(person)).toBe(true);
    await person.submit({ later: "1" });
    expect(person.sentToClient()).toHaveProperty("code");
    expect((await signedUp(client, "http://limen.test")).sentToClient()).toHaveProperty("code");
    const { ClientId: noChoice } = await makeWebClient(pool);
    expect((await signedUp(noChoice)).sentToClient()).toHaveProperty("code");
  });

  test("names the passkeys that the user has, so that none is made twice", async () => {
    const username = await newUser(pool);
    const authenticator = new Authenticator();
    const { id } = await add(await offered(username), authenticator);
    const person = await offered(username);
    expect(passkeyOptions(person).excludeCredentials).toEqual([{ id, type: "public-key" }]);
  });

  test.each([
    ["to another challenge", { challenge: "AAAA" }],
    ["made at another host", { origin: "https://evil.test" }],
    ["for another relying party", { rpId: "evil.test", origin: SECURE }],
  ] satisfies [string, CreationWays][])("takes none that is %s, and offers to try again", async (_, ways) => {
    const username = await newUser(pool);
    const person = await offered(username);
    await add(person, undefined, ways);
    expect(notice(person)).toBe(en.errors.passkeyFailed);
    expect(await passkeysOf(pool, username)).toEqual([]);
    await add(person);
    expect(person.sentToClient()).toHaveProperty("code");
  });

  test("takes nothing that is no credential", async () => {
    const person = await offered(await newUser(pool));
    for (const passkey of ["", "nonsense", "null", "{}"]) {
      await person.submit({ passkey });
      expect(notice(person)).toBe(en.errors.passkeyFailed);
    }
  });

  test("adds to nobody's account but that of who asked", async () => {
    const [one, other] = [await newUser(pool), await newUser(pool)];
    const person = await offered(one);
    const options = passkeyOptions(person);
    const stranger = await offered(other);
    const credential = await new Authenticator().create(options);
    await stranger.submit({ passkey: JSON.stringify(credential) });
    expect(notice(stranger)).toBe(en.errors.passkeyFailed);
    expect(await passkeysOf(pool, other)).toEqual([]);
  });

  test("has whoever was signed out meanwhile sign in again, and takes no form of other sites", async () => {
    const username = await newUser(pool);
    const person = await offered(username);
    const credential = JSON.stringify(await new Authenticator().create(passkeyOptions(person)));
    await person.submit({ passkey: credential }, { "sec-fetch-site": "cross-site" });
    expect(person.response.status).toBe(403);
    await call("AdminUserGlobalSignOut", { UserPoolId: pool, Username: username });
    await person.submit({ passkey: credential });
    expect(isSignInPage(person)).toBe(true);
    expect(await passkeysOf(pool, username)).toEqual([]);
  });

  test.each([{ prompt: "login" }, { max_age: "0" }])(
    "has people sign in again for %o, once",
    async (parameters: Record<string, string>) => {
      const username = await newUser(pool);
      const person = await offered(username, parameters);
      expect(isOffer(person)).toBe(true);
      await add(person);
      expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": username });
    },
  );

  test("[OpenID Connect Core 1.0 §3.1.2.6] is not shown for prompt=none", async () => {
    const person = new Person(SECURE);
    await person.visit(authorizeUrl(client, { prompt: "none" }, PATH));
    expect(person.sentToClient()).toMatchObject({ error: "interaction_required" });
  });

  test("[OpenID Connect Core 1.0 §3.1.2.1] tells the client of another user than it expects", async () => {
    const [one, other] = [await newUser(pool), await newUser(pool)];
    const claims = {
      id_token: {
        sub: {
          value: (await call("AdminGetUser", { UserPoolId: pool, Username: one })).UserAttributes.find(
            ({ Name }: { Name: string }) => Name === "sub",
          ).Value,
        },
      },
    };
    const person = await offered(other, { claims: JSON.stringify(claims) });
    expect(person.sentToClient()).toMatchObject({ error: "login_required" });
  });

  test("leads nowhere that is not registered", async () => {
    const person = new Person(SECURE);
    await person.visit(authorizeUrl(client, { redirect_uri: "https://evil.test/" }, PATH));
    expect(person.html).toContain("redirect_mismatch");
  });

  test("says that there can be none, and goes on, where the pool has no passkeys or the host is not theirs", async () => {
    const closed = await makePool();
    const elsewhere = await makePool(WITH_PASSKEYS);
    const WebAuthnConfiguration = { RelyingPartyId: "elsewhere.example" };
    await call("SetUserPoolMfaConfig", { UserPoolId: elsewhere, WebAuthnConfiguration });
    for (const id of [closed, elsewhere]) {
      const { ClientId } = await makeWebClient(id, BY_CHOICE);
      const username = await newUser(id);
      const person = await atPage(ClientId, PATH);
      await signIn(person, username);
      expect(notice(person)).toBe(en.errors.notAvailable);
      expect(passkeyOptions(person)).toBeUndefined();
      await person.submit({ later: "1" });
      expect(await claimsOf(person, ClientId)).toMatchObject({ "cognito:username": username });
    }
  });
});
