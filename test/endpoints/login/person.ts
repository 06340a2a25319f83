import { call, makeClient, ORIGIN } from "../../client.ts";
import { get } from "../../fetch.ts";

export const CALLBACK = "https://app.test/callback";

/** What lets people be signed in for a client. */
export const WEB = {
  AllowedOAuthFlowsUserPoolClient: true,
  AllowedOAuthFlows: ["code"],
  AllowedOAuthScopes: ["openid", "email", "phone", "profile", "aws.cognito.signin.user.admin"],
  CallbackURLs: [CALLBACK],
  LogoutURLs: ["https://app.test/bye"],
  SupportedIdentityProviders: ["COGNITO"],
};

/** Creates a client that people are signed in for. */
export const makeWebClient = (
  pool: string,
  settings: object = {},
): Promise<{ ClientId: string; ClientSecret?: string }> => makeClient(pool, { ...WEB, ...settings });

/** The address of the authorization endpoint, or another page of it, with these parameters. */
export const authorizeUrl = (
  clientId: string,
  parameters: Record<string, string> = {},
  path = "/oauth2/authorize",
): string =>
  `${path}?${new URLSearchParams({ client_id: clientId, response_type: "code", redirect_uri: CALLBACK, scope: "openid", ...parameters }).toString()}`;

const unescape = (text: string): string =>
  text.replace(/&(?:quot|#39|lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity);
const ENTITIES: Record<string, string> = { "&quot;": '"', "&#39;": "'", "&lt;": "<", "&gt;": ">", "&amp;": "&" };

/** A person in a browser without scripts: cookies, redirects within the service, and the form of the page that is open. */
export class Person {
  readonly cookies = new Map<string, string>();
  readonly #origin: string;
  readonly #changes: Record<string, unknown>;
  /** The answer that was seen last. */
  response!: Response;
  /** Its text. */
  html = "";
  /** Its address. */
  url = "";

  /** @param origin where the service is seen. @param changes bindings other than those of the tests */
  constructor(origin = ORIGIN, changes: Record<string, unknown> = {}) {
    this.#origin = origin;
    this.#changes = changes;
  }

  /** Sends one request with the cookies, and keeps those that come back. */
  async send(to: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(to, this.#origin);
    const headers = new Headers(init.headers);
    headers.set("cookie", [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await get(url.href, { redirect: "manual", ...init, headers }, this.#changes);
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = "", ...attributes] = cookie.split(";");
      const at = pair.indexOf("=");
      const gone = attributes.some((each) => /^\s*max-age=0$/i.test(each));
      if (gone) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  /** Goes to an address and on to where it leads, as long as that is within the service. @returns the last answer */
  async visit(to: string, init: RequestInit = {}): Promise<Response> {
    let response = await this.send(to, init);
    let url = new URL(to, this.#origin);
    for (;;) {
      const location = response.headers.get("location");
      if (location === null) break;
      const next = new URL(location, url);
      if (next.origin !== this.#origin) break;
      url = next;
      response = await this.send(url.href);
    }
    this.url = url.href;
    this.response = response;
    this.html = await response.clone().text();
    return response;
  }

  /** The fields that the form of the page holds, hidden ones with their values. */
  fields(): Map<string, string> {
    const fields = new Map<string, string>();
    for (const [tag] of this.html.matchAll(/<input\b[^>]*>/g)) {
      const name = /\bname="([^"]*)"/.exec(tag)?.[1];
      if (name !== undefined) fields.set(unescape(name), unescape(/\bvalue="([^"]*)"/.exec(tag)?.[1] ?? ""));
    }
    return fields;
  }

  /** Fills in the form of the page, and sends it. @returns the last answer */
  submit(values: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(/<form\b[^>]*\baction="([^"]*)"/, values, headers);
  }

  /** The same by the button that leads elsewhere than the form. */
  pressAside(values: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(/<button\b[^>]*\bformaction="([^"]*)"/, values, headers);
  }

  #send(target: RegExp, values: Record<string, string>, headers: Record<string, string>): Promise<Response> {
    const action = unescape(target.exec(this.html)?.[1] ?? "");
    const body = new URLSearchParams([...this.fields(), ...Object.entries(values)].filter(([, value]) => value !== ""));
    for (const [name, value] of Object.entries(values)) body.set(name, value);
    const type = { "content-type": "application/x-www-form-urlencoded" };
    return this.visit(new URL(action, this.url).href, {
      method: "POST",
      body: body.toString(),
      headers: { ...type, ...headers },
    });
  }

  /** The parameters that the last answer sent to the client, from query or fragment; none where it stayed here. */
  sentToClient(): Record<string, string> {
    const location = this.response.headers.get("location");
    if (location === null) return {};
    const url = new URL(location);
    return Object.fromEntries([...url.searchParams, ...new URLSearchParams(url.hash.slice(1))]);
  }
}

/** A verifier and its challenge (RFC 7636 appendix B). */
export const PKCE = {
  verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
  code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  code_challenge_method: "S256",
};

/** Gives a user to a pool who is known by name, with what the scopes are about. */
export const setAttributes = (
  UserPoolId: string,
  Username: string,
  attributes: Record<string, string>,
): Promise<unknown> =>
  call("AdminUpdateUserAttributes", {
    UserPoolId,
    Username,
    UserAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
  });
