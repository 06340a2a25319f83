import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { call, makePool, makeUser, PASSWORD } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../../endpoints/login/person.ts";
import { post, read } from "../../endpoints/oauth/requests.ts";

let pool: string;
let ClientId: string;

const track = (UserSessionTracking: string) =>
  call("SetUserPoolSessionConfiguration", { UserPoolId: pool, UserSessionTracking, TokenSession: { MaxPerUser: 100 } });

beforeAll(async () => {
  pool = await makePool();
  ({ ClientId } = await makeWebClient(pool));
  await makeUser(pool, "ada");
});
beforeEach(() => track("ENABLED"));

/** Someone who has signed in at the pages, with the refresh token that came of it. */
async function visitor(): Promise<{ person: Person; Token: string }> {
  const person = new Person();
  await person.visit(authorizeUrl(ClientId));
  await person.submit({ username: "ada", password: PASSWORD });
  const code = person.sentToClient().code as string;
  const grant = { grant_type: "authorization_code", client_id: ClientId, redirect_uri: CALLBACK, code };
  return { person, Token: (await read(post("/oauth2/token", grant))).refresh_token };
}

const isSignedIn = async (person: Person): Promise<boolean> => {
  await person.visit(authorizeUrl(ClientId, { prompt: "none" }));
  return person.sentToClient().code !== undefined;
};

const refreshes = async (refresh_token: string): Promise<boolean> =>
  (await read(post("/oauth2/token", { grant_type: "refresh_token", client_id: ClientId, refresh_token }))).status ===
  200;

describe("RevokeToken", () => {
  it.each([undefined, "NONE"])(
    "leaves the session of the browser as it is, with RevokeAssociatedSessions %s",
    async (linked) => {
      const { person, Token } = await visitor();
      await call("RevokeToken", { ClientId, Token, ...(linked && { RevokeAssociatedSessions: linked }) });
      expect(await refreshes(Token)).toBe(false);
      expect(await isSignedIn(person)).toBe(true);
    },
  );

  it("ends the session of the browser that the token came from, and no other, where that is LINKED: one hop", async () => {
    const { person, Token } = await visitor();
    const other = await visitor();
    const revoke = () => call("RevokeToken", { ClientId, Token, RevokeAssociatedSessions: "LINKED" });
    expect(await costsOf(revoke)).toMatchObject([{ event: "operation", hops: 1 }]);
    expect(await refreshes(Token)).toBe(false);
    expect(await isSignedIn(person)).toBe(false);
    expect(await isSignedIn(other.person)).toBe(true);
    expect(await refreshes(other.Token)).toBe(true);
    await revoke();
  });

  it("leaves the session of the browser as it is where the pool does not track sessions, even where that is LINKED", async () => {
    const { person, Token } = await visitor();
    await track("DISABLED");
    await call("RevokeToken", { ClientId, Token, RevokeAssociatedSessions: "LINKED" });
    expect(await refreshes(Token)).toBe(false);
    expect(await isSignedIn(person)).toBe(true);
  });
});
