import { decodeJwt } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { call, makePool, makeUser, PASSWORD } from "../../client.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person, PKCE } from "../login/person.ts";
import { post, read } from "./requests.ts";

let pool: string;
let client: string;

beforeAll(async () => {
  pool = await makePool();
  client = (await makeWebClient(pool)).ClientId;
  await makeUser(pool, "ada", { email: "ada@example.com", email_verified: "true", name: "Ada" });
});

const signedIn = async (parameters: Record<string, string> = {}): Promise<Person> => {
  const person = new Person();
  await person.visit(authorizeUrl(client, parameters));
  await person.submit({ username: "ada", password: PASSWORD });
  return person;
};

describe("the authorization code flow", () => {
  test("leads through the sign-in page back to the client, whose code gives tokens", async () => {
    const { verifier, ...challenge } = PKCE;
    const person = await signedIn({ ...challenge, state: "xyz&=", nonce: "n-1", scope: "openid email" });
    expect(person.response.status).toBe(303);
    const { code, state, iss } = person.sentToClient();
    expect(person.response.headers.get("location")?.startsWith(`${CALLBACK}?`)).toBe(true);
    expect(state).toBe("xyz&=");
    expect(iss).toMatch(new RegExp(`/${pool}$`));
    const answer = await read(
      post("/oauth2/token", {
        grant_type: "authorization_code",
        client_id: client,
        code: code as string,
        redirect_uri: CALLBACK,
        code_verifier: verifier,
      }),
    );
    expect(answer.status).toBe(200);
    expect(decodeJwt(answer.id_token)).toMatchObject({
      nonce: "n-1",
      email: "ada@example.com",
      email_verified: true,
      aud: client,
    });
    expect(decodeJwt(answer.id_token).name).toBeUndefined();
  });

  test("asks again where the pool demands a second factor by now, which the session of the browser has not seen", async () => {
    const demanding = await makePool();
    const { ClientId } = await makeWebClient(demanding);
    await makeUser(demanding, "ada");
    const person = new Person();
    await person.visit(authorizeUrl(ClientId));
    await person.submit({ username: "ada", password: PASSWORD });
    expect(person.sentToClient().code).toBeTypeOf("string");
    const SmsConfiguration = { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" };
    await call("UpdateUserPool", { UserPoolId: demanding, MfaConfiguration: "ON", SmsConfiguration });
    await person.visit(authorizeUrl(ClientId, { prompt: "none" }));
    expect(person.sentToClient()).toMatchObject({ error: "login_required" });
    await person.visit(authorizeUrl(ClientId));
    expect(person.html).toContain('name="password"');
  });

  test("gives a code without asking again while the session of the browser lasts", async () => {
    const person = await signedIn();
    const response = await person.visit(authorizeUrl(client, { prompt: "none" }));
    expect(response.status).toBe(302);
    expect(person.sentToClient().code).toBeTypeOf("string");
  });
});
