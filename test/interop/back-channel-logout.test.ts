import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Browserless } from "./browserless.ts";
import { type Server, startServer } from "./server.ts";
import { CALLBACK, makeWebApp, makeWebPool, signInAt, SIGNED_OUT, type WebApp } from "./web-app.ts";

interface Posted {
  path: string;
  contentType: string | undefined;
  form: URLSearchParams;
}

/** Clients' addresses for logout tokens, on this machine. Each path answers in its way. */
class Receivers {
  readonly #server: HttpServer;
  readonly posted: Posted[] = [];

  constructor() {
    this.#server = createServer(async (request, response) => {
      const path = request.url ?? "";
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      this.posted.push({ path, contentType: request.headers["content-type"], form });
      if (path === "/hangs") return;
      response.writeHead(path === "/leads-elsewhere" ? 307 : 200, { location: "/elsewhere" }).end();
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  paths(): string[] {
    return this.posted.map(({ path }) => path).sort();
  }
}

/** Waits until something is so. */
async function until(holds: () => boolean, milliseconds: number): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!holds() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe("OpenID Connect Back-Channel Logout 1.0, to real receivers", () => {
  let server: Server;
  let receivers: Receivers;
  let pool: string;
  let at: string;

  beforeAll(async () => {
    server = await startServer();
    receivers = new Receivers();
    at = await receivers.listen();
    pool = await makeWebPool(server);
  });
  afterAll(async () => {
    receivers?.close();
    await server?.close();
  });

  const appAt = (path: string): Promise<WebApp> =>
    makeWebApp(server, pool, { OAuthConfiguration: { BackchannelLogoutURI: `${at}${path}` } });

  /** Signs a browser in for a client. @returns the ID token that the client has of it */
  async function signIn(browser: Browserless, { ClientId, ClientSecret }: WebApp): Promise<string> {
    const asked = { client_id: ClientId, redirect_uri: CALLBACK, response_type: "code", scope: "openid" };
    const handed = (await signInAt(
      browser,
      new URL(`/oauth2/authorize?${new URLSearchParams(asked).toString()}`, server.origin),
    )) as URL;
    const code = handed.searchParams.get("code") ?? "";
    const form = { grant_type: "authorization_code", code, redirect_uri: CALLBACK };
    const response = await fetch(`${server.origin}/oauth2/token`, {
      method: "POST",
      headers: { authorization: `Basic ${btoa(`${ClientId}:${ClientSecret}`)}` },
      body: new URLSearchParams(form),
    });
    return ((await response.json()) as { id_token: string }).id_token;
  }

  /** Has a client sign a browser out. @returns where it is sent, and after how many milliseconds */
  async function signOut(browser: Browserless, id_token_hint: string): Promise<{ to: unknown; took: number }> {
    const since = performance.now();
    const asked = new URLSearchParams({ id_token_hint, post_logout_redirect_uri: SIGNED_OUT });
    const to = await browser.open(`/logout?${asked.toString()}`);
    return { to, took: performance.now() - since };
  }

  it("[§2.6] gives clients that share a session tokens that they can verify as the specification says", async () => {
    const browser = new Browserless(server.origin);
    const [one, two] = [await appAt("/one"), await appAt("/two")];
    const { sub, sid } = await claimsOf(await signIn(browser, one), one);
    const hint = await signIn(browser, two);
    expect((await signOut(browser, hint)).to).toEqual(new URL(SIGNED_OUT));
    await until(() => receivers.posted.length >= 2, 5_000);
    expect(receivers.paths()).toEqual(["/one", "/two"]);
    for (const { path, contentType, form } of receivers.posted) {
      expect(contentType).toMatch(/^application\/x-www-form-urlencoded/);
      const token = form.get("logout_token") as string;
      expect(decodeProtectedHeader(token).typ).toBe("logout+jwt");
      const claims = await claimsOf(token, path === "/one" ? one : two);
      expect(claims).toMatchObject({ sub, sid, jti: expect.any(String) });
      expect(claims.events).toEqual({ "http://schemas.openid.net/event/backchannel-logout": {} });
      expect(claims).not.toHaveProperty("nonce");
    }
  });

  it("keeps nobody waiting for a client that does not answer, and follows no redirect", async () => {
    receivers.posted.length = 0;
    const browser = new Browserless(server.origin);
    const hint = await signIn(browser, await appAt("/hangs"));
    await signIn(browser, await appAt("/leads-elsewhere"));
    await signIn(browser, await appAt("/answers"));
    const { to, took } = await signOut(browser, hint);
    expect(to).toEqual(new URL(SIGNED_OUT));
    expect(took).toBeLessThan(3_000);
    await until(() => receivers.posted.length >= 3, 3_000);
    expect(receivers.paths()).toEqual(["/answers", "/hangs", "/leads-elsewhere"]);
    // Were the redirect followed, it would be by now.
    await until(() => receivers.posted.length > 3, 500);
    expect(receivers.paths()).not.toContain("/elsewhere");
  });

  /** The claims of a token, verified as clients do it. */
  async function claimsOf(token: string, { issuer, ClientId }: WebApp) {
    const keys = createRemoteJWKSet(new URL(`${issuer.href}/.well-known/jwks.json`));
    return (await jwtVerify(token, keys, { issuer: issuer.href, audience: ClientId })).payload;
  }
});
