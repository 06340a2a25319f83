// People who choose how to sign in at the pages, and what their browsers' scripts would do for them there.
import { expect } from "vitest";
import { call, makeClient, makePool, makeUser, signIn } from "../../client.ts";
import { OWN_MAIL, SENDER } from "../../factors.ts";
import { makePasskeyUser, type PasskeyUser, register } from "../../operations/passkeys/passkey-user.ts";
import { authorizeUrl, makeWebClient, Person } from "./person.ts";

/** Passkeys need TLS. */
export const SECURE = "https://limen.test";

/** A client's right to choice-based sign-in. */
export const BY_CHOICE = { ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] };

/** A pool that lets people in by these, and a client of it that lets them choose. */
export async function choicePool(
  AllowedFirstAuthFactors: string[],
  settings: object = {},
): Promise<{ pool: string; client: string }> {
  const pool = await makePool({
    AutoVerifiedAttributes: ["email"],
    Policies: { SignInPolicy: { AllowedFirstAuthFactors } },
    SmsConfiguration: SENDER,
    ...OWN_MAIL,
    ...settings,
  });
  return { pool, client: (await makeWebClient(pool, BY_CHOICE)).ClientId };
}

let count = 0;

/** A user of a pool with such attributes. @returns the name */
export async function newUser(pool: string, attributes: Record<string, string> = {}): Promise<string> {
  const name = `chooser-${count++}`;
  await makeUser(pool, name, attributes);
  return name;
}

/** A user of a pool with a passkey. */
export async function newPasskeyUser(pool: string): Promise<PasskeyUser> {
  const user = await makePasskeyUser({ pool });
  await register(user);
  return user;
}

/** Ids of a user's passkeys. */
export async function passkeysOf(pool: string, name: string): Promise<string[]> {
  const { ClientId } = await makeClient(pool);
  const { AccessToken } = (await signIn(ClientId, name)).AuthenticationResult;
  const { Credentials } = await call("ListWebAuthnCredentials", { AccessToken });
  return Credentials.map(({ CredentialId }: { CredentialId: string }) => CredentialId);
}

/** Somebody at the sign-in page, or another. */
export async function atPage(
  client: string,
  path = "/login",
  { origin = SECURE, parameters = {}, changes = {} }: PageOptions = {},
): Promise<Person> {
  const person = new Person(origin, changes);
  await person.visit(authorizeUrl(client, { state: "s", scope: "openid email phone", ...parameters }, path));
  expect(person.response.status).toBe(200);
  return person;
}

interface PageOptions {
  origin?: string;
  parameters?: Record<string, string>;
  changes?: Record<string, unknown>;
}

/** The same, who has given a name. */
export async function named(client: string, username: string, options?: PageOptions): Promise<Person> {
  const person = await atPage(client, "/login", options);
  await person.submit({ username });
  return person;
}

/** What can be picked on the page. */
export const ways = ({ html }: Person): string[] =>
  [...html.matchAll(/<button[^>]*name="answer" value="([^"]*)"/g)].map(([, way]) => way as string);

/** What the page asks the browser for a passkey by, or for one. */
export function passkeyOptions({ html }: Person): any {
  const text = /data-passkey="([^"]*)"/.exec(html)?.[1];
  return text === undefined ? undefined : JSON.parse(text.replaceAll("&quot;", '"').replaceAll("&amp;", "&"));
}
