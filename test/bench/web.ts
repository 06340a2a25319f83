// The code flow with PKCE as a browser and an application send it, one request at a time.
import { createHash, randomBytes } from "node:crypto";
import { clientOf } from "./client.ts";
import type { Arithmetic, Kind } from "./load.ts";

const CALLBACK = "https://app.example/callback";
const SCOPES = ["openid", "email", "profile"];
const TOKENS: Arithmetic[] = ["RS256 signature", "RS256 signature"];

/** Someone who is signed in at the pages of a client. */
interface Visitor {
  url: string;
  clientId: string;
  cookie: string;
}

/** Makes a client of the pool, and signs somebody in at its pages. */
async function signInAtPages(url: string, UserPoolId: string, username: string, password: string): Promise<Visitor> {
  const { UserPoolClient } = await clientOf(url).signed("CreateUserPoolClient", {
    UserPoolId,
    ClientName: "web",
    AllowedOAuthFlows: ["code"],
    AllowedOAuthFlowsUserPoolClient: true,
    AllowedOAuthScopes: SCOPES,
    CallbackURLs: [CALLBACK],
  });
  const clientId = UserPoolClient.ClientId as string;
  const login = `${url}/login?${parameters(clientId).toString()}`;
  const page = await fetch(login);
  const form = await page.text();
  const csrf = /name="_csrf" value="([^"]+)"/.exec(form)?.[1] ?? "";
  const held = page.headers.getSetCookie().map((each) => each.split(";")[0]);
  const answer = await fetch(login, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: held.join("; ") },
    body: new URLSearchParams({ _csrf: csrf, username, password }),
  });
  if (answer.status !== 303) throw new Error(`/login: ${answer.status} ${await answer.text()}`);
  return {
    url,
    clientId,
    cookie: answer.headers
      .getSetCookie()
      .map((each) => each.split(";")[0])
      .join("; "),
  };
}

const parameters = (client_id: string, more: Record<string, string> = {}): URLSearchParams =>
  new URLSearchParams({ client_id, response_type: "code", redirect_uri: CALLBACK, scope: SCOPES.join(" "), ...more });

/** A code for a verifier, from the authorization endpoint. */
async function takeCode({ url, clientId, cookie }: Visitor): Promise<{ code: string; code_verifier: string }> {
  const code_verifier = randomBytes(32).toString("base64url");
  const code_challenge = createHash("sha256").update(code_verifier).digest("base64url");
  const query = parameters(clientId, { code_challenge, code_challenge_method: "S256", nonce: "n", state: "s" });
  const answer = await fetch(`${url}/oauth2/authorize?${query.toString()}`, {
    redirect: "manual",
    headers: { cookie },
  });
  const code = new URL(answer.headers.get("location") ?? url).searchParams.get("code");
  if (code === null) throw new Error(`/oauth2/authorize: ${answer.status} ${answer.headers.get("location")}`);
  return { code, code_verifier };
}

/** @returns the access token */
async function redeem({ url, clientId }: Visitor, given: { code: string; code_verifier: string }): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: clientId,
    redirect_uri: CALLBACK,
    ...given,
  });
  const answer = await fetch(`${url}/oauth2/token`, { method: "POST", body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`/oauth2/token: ${answer.status} ${text}`);
  return (JSON.parse(text) as { access_token: string }).access_token;
}

/**
 * The requests of the code flow that are measured: authorization with a live session, exchange, userInfo.
 * @param times how often the dearest of them is sent
 */
export async function webKinds(
  url: string,
  { UserPoolId, name, password }: { UserPoolId: string; name: string; password: string },
  times: number,
): Promise<Kind[]> {
  const visitor = await signInAtPages(url, UserPoolId, name, password);
  let codes: Awaited<ReturnType<typeof takeCode>>[] = [];
  let token = "";
  return [
    {
      name: "authorize, live session",
      times: times * 6,
      logged: true,
      arithmetic: [],
      send: () => takeCode(visitor),
    },
    {
      name: "code with PKCE for tokens",
      times: times * 4,
      logged: true,
      arithmetic: TOKENS,
      prepare: async (all) => {
        codes = [];
        for (let at = 0; at < all; at++) codes.push(await takeCode(visitor));
      },
      send: (at) => redeem(visitor, codes[at] as (typeof codes)[number]),
    },
    {
      name: "userInfo",
      times: times * 6,
      logged: true,
      arithmetic: ["RS256 check"],
      prepare: async () => {
        token = await redeem(visitor, await takeCode(visitor));
      },
      send: async () => {
        const answer = await fetch(`${url}/oauth2/userInfo`, { headers: { authorization: `Bearer ${token}` } });
        const text = await answer.text();
        if (!answer.ok) throw new Error(`/oauth2/userInfo: ${answer.status} ${text}`);
      },
    },
  ];
}
