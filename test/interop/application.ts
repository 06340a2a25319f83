// A web application as teams write them, by nothing but HTTP and jose: it sends people to sign in, and shows who came back.
import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from "jose";

/** What it is registered as. */
export interface Registration {
  issuer: URL;
  ClientId: string;
  ClientSecret: string | undefined;
}

/** Somebody who came back with tokens that are right. */
export interface SignedIn {
  id: JWTPayload;
  access: JWTPayload;
  idToken: string;
}

export interface Application {
  /** Such as `http://localhost:34567`. */
  origin: string;
  /** Who came back last. */
  signedIn: SignedIn | undefined;
  /** Lets it know its registration under a name; its addresses begin with that. */
  register(name: string, registration: Registration): void;
  close(): Promise<void>;
}

const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/**
 * Starts it on a free port: `/{name}/start` leads to sign-in, with further parameters of the request in its query,
 * `/{name}/callback` is where people come back to, `/{name}/logout` leads to logout and `/{name}/bye` is where that ends.
 */
export async function startApplication(): Promise<Application> {
  const registrations = new Map<string, Registration>();
  const pending = new Map<string, { verifier: string; nonce: string }>();

  const metadataOf = async ({ issuer }: Registration): Promise<Record<string, string>> =>
    (await (await fetch(`${issuer.href}/.well-known/openid-configuration`)).json()) as Record<string, string>;

  async function start(name: string, registration: Registration, more: URLSearchParams): Promise<string> {
    const metadata = await metadataOf(registration);
    const [state = "", verifier = "", nonce = ""] = Array.from({ length: 3 }, () =>
      randomBytes(32).toString("base64url"),
    );
    pending.set(state, { verifier, nonce });
    const parameters = new URLSearchParams({
      response_type: "code",
      client_id: registration.ClientId,
      redirect_uri: `${application.origin}/${name}/callback`,
      scope: "openid email",
      state,
      nonce,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
    });
    for (const [key, value] of more) parameters.set(key, value);
    return `${metadata.authorization_endpoint}?${parameters.toString()}`;
  }

  /** @returns what is shown: an address, or the code of a refusal */
  async function comeBack(name: string, registration: Registration, answer: URLSearchParams): Promise<string> {
    const { verifier = "", nonce } = pending.get(answer.get("state") ?? "") ?? {};
    if (!pending.delete(answer.get("state") ?? "")) return "unknown state";
    if (answer.get("iss") !== registration.issuer.href) return "another issuer";
    if (answer.has("error")) return answer.get("error") as string;
    const { ClientId, ClientSecret } = registration;
    const metadata = await metadataOf(registration);
    const response = await fetch(metadata.token_endpoint as string, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: answer.get("code") ?? "",
        redirect_uri: `${application.origin}/${name}/callback`,
        code_verifier: verifier,
        client_id: ClientId,
        ...(ClientSecret !== undefined && { client_secret: ClientSecret }),
      }),
    });
    const tokens = (await response.json()) as Record<string, string>;
    if (!response.ok) return `token endpoint: ${tokens.error}`;
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri as string));
    const issuer = registration.issuer.href;
    const idToken = tokens.id_token as string;
    const id = await jwtVerify(idToken, keys, { issuer, audience: ClientId, algorithms: ["RS256"] });
    const access = await jwtVerify(tokens.access_token as string, keys, { issuer, algorithms: ["RS256"] });
    if (id.payload.nonce !== nonce) return "another nonce";
    application.signedIn = { id: id.payload, access: access.payload, idToken };
    return typeof id.payload.email === "string" ? id.payload.email : "no e-mail address";
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", application.origin);
    const [, name = "", action = ""] = url.pathname.split("/");
    const registration = registrations.get(name);
    const show = (text: string) =>
      response
        .writeHead(200, { "content-type": "text/html; charset=utf-8" })
        .end(`<!doctype html><p>${escape(text)}</p>`);
    const lead = (to: string) => response.writeHead(302, { location: to }).end();
    if (!registration) response.writeHead(404).end();
    else if (action === "start") lead(await start(name, registration, url.searchParams));
    else if (action === "callback") {
      let body = "";
      for await (const chunk of request) body += chunk;
      const came = request.method === "POST" ? new URLSearchParams(body) : url.searchParams;
      show(await comeBack(name, registration, came));
    } else if (action === "logout") {
      const { end_session_endpoint } = await metadataOf(registration);
      const parameters = { post_logout_redirect_uri: `${application.origin}/${name}/bye`, state: "see you" };
      const hint = { id_token_hint: application.signedIn?.idToken ?? "" };
      lead(`${end_session_endpoint}?${new URLSearchParams({ ...parameters, ...hint }).toString()}`);
    } else show(`${action}: ${url.searchParams.get("state")}`);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const application: Application = {
    origin: `http://localhost:${(server.address() as AddressInfo).port}`,
    signedIn: undefined,
    register: (name, registration) => void registrations.set(name, registration),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return application;
}
