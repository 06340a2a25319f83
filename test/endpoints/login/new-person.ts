import { decodeJwt, type JWTPayload } from "jose";
import { expect } from "vitest";
import { call, makePool, outbox, PASSWORD } from "../../client.ts";
import { post, read } from "../oauth/requests.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "./person.ts";

let count = 0;

/** An address that nobody has. */
export const newAddress = (): string => `new-${count++}@example.com`;

/** A pool that people sign up to, and its client. */
export async function openPool(
  settings: object = {},
  clientSettings: object = {},
): Promise<{ pool: string; client: string }> {
  const pool = await makePool({ AutoVerifiedAttributes: ["email"], ...settings });
  return { pool, client: (await makeWebClient(pool, clientSettings)).ClientId };
}

/** An attribute that a pool requires of everybody. */
export const required = (...names: string[]): object => ({
  Schema: names.map((Name) => ({ Name, AttributeDataType: "String", Mutable: true, Required: true })),
});

/** Somebody at a page of an authorization. */
export async function personAt(client: string, path = "/signup", changes?: Record<string, unknown>): Promise<Person> {
  const person = new Person(undefined, changes);
  await person.visit(authorizeUrl(client, { state: "s", scope: "openid email phone" }, path));
  expect(person.response.status).toBe(200);
  return person;
}

/** The field of an attribute. */
export const field = (name: string): string => `requiredAttributes[${name}]`;

/** Somebody who has signed up and is asked for the code. */
export async function signedUp(client: string, username: string, email: string): Promise<Person> {
  const person = await personAt(client);
  await person.submit({ username, [field("email")]: email, password: PASSWORD });
  expect(person.html).toContain('name="code"');
  return person;
}

/** Redeems what a person came back to the client with. @returns the claims of the ID token */
export async function claimsOf(
  person: Person,
  client_id: string,
  more: Record<string, string> = {},
): Promise<JWTPayload> {
  const { code, state } = person.sentToClient();
  expect(state).toBe("s");
  const fields = { grant_type: "authorization_code", client_id, code: code as string, redirect_uri: CALLBACK, ...more };
  const answer = await read(post("/oauth2/token", fields));
  expect(answer.status).toBe(200);
  return decodeJwt(answer.id_token);
}

/** Status of a user, or undefined where there is none. */
export const statusOf = async (UserPoolId: string, Username: string): Promise<string | undefined> => {
  try {
    return (await call("AdminGetUser", { UserPoolId, Username })).UserStatus;
  } catch (thrown) {
    expect(thrown).toMatchObject({ name: "UserNotFoundException" });
    return undefined;
  }
};

/** What the page says went wrong or well. */
export const notice = ({ html }: Person): string | undefined =>
  /<p class="notice[^>]*>(.*?)<\/p>/s.exec(html)?.[1]?.replaceAll("&#39;", "'");

export const isSignInPage = ({ html }: Person): boolean => /<form[^>]* action="\/login/.test(html);

/** Settings of a pool whose new users confirm by a link. */
export const BY_LINK = { VerificationMessageTemplate: { DefaultEmailOption: "CONFIRM_WITH_LINK" } };

/** Signs up at the pages of such a pool. */
export async function signUpForLink(client: string, username: string, email: string): Promise<Person> {
  const person = await personAt(client);
  await person.submit({ username, [field("email")]: email, password: PASSWORD });
  return person;
}

/** The newest mail to someone. */
export async function newestTo(email: string): Promise<{ subject: string | null; body: string }> {
  const mail = (await outbox(email)).at(-1);
  if (!mail) throw new Error(`nothing was sent to ${email}`);
  return mail;
}

/** The address of the link in it. */
export async function linkSentTo(email: string): Promise<URL> {
  const href = /<a href="([^"]*)">/.exec((await newestTo(email)).body)?.[1] ?? "";
  return new URL(href.replaceAll("&amp;", "&"));
}
