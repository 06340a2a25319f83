// A relying party that checks what the modules of the OpenID conformance suite check in every flow.
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import { expect } from "vitest";
import { toBase64Url, utf8 } from "../../src/lib/encoding.ts";
import { sha256 } from "../../src/lib/hash.ts";
import { PASSWORD } from "../client.ts";
import { basic, post, read } from "../endpoints/oauth/requests.ts";
import { get } from "../fetch.ts";
import { Person } from "../endpoints/login/person.ts";
import { CALLBACK, type Provider, type Registration, USER } from "./provider.ts";

/** What a module of the suite is run for. */
export interface Variant {
  responseType: string;
  formPost: boolean;
}

/** An answer of the authorization endpoint at the client's address. */
export interface Callback {
  parameters: Record<string, string>;
  /** Whether the person had to act. */
  asked: boolean;
}

export interface Completed extends Callback {
  /** Claims of the ID tokens that came, the one of the authorization endpoint first. */
  idTokens: JWTPayload[];
  /** The last ID token as it came. */
  idToken: string;
  accessToken: string;
  refreshToken: string | undefined;
  userInfo: Record<string, unknown>;
}

const random = (bytes = 16): string => toBase64Url(crypto.getRandomValues(new Uint8Array(bytes)));
const words = (text: string): string[] => text.split(" ");
const half = async (text: string): Promise<string> => toBase64Url((await sha256(utf8(text))).slice(0, 16));

/** Claims that may stand in any ID token (OpenID Connect Core 1.0 §2, §3.3.2.11; RFC 7519 §4.1; Front-Channel Logout §3). */
const ID_TOKEN_CLAIMS = words("iss sub aud exp iat auth_time nonce acr amr azp at_hash c_hash nbf jti sid");

/** What Amazon Cognito adds, of which its verifiers need the first; the suite's `oidcc-server` warns of them. */
const COGNITO_CLAIMS = words("token_use cognito:username event_id origin_jti");

export class RelyingParty {
  readonly provider: Provider;
  readonly variant: Variant;
  readonly registration: Registration;
  readonly person: Person;
  #state: string | undefined;
  #nonce: string | undefined;

  constructor(
    provider: Provider,
    variant: Variant,
    {
      registration = provider.first,
      person = new Person(new URL(provider.metadata.authorization_endpoint).origin, provider.deployment),
    } = {},
  ) {
    this.provider = provider;
    this.variant = variant;
    this.registration = registration;
    this.person = person;
  }

  get responseType(): Set<string> {
    return new Set(words(this.variant.responseType));
  }

  /** The address of a request as the suite makes it. A parameter that is undefined is left out. */
  request(changes: Record<string, string | undefined> = {}): string {
    const parameters: Record<string, string | undefined> = {
      client_id: this.registration.id,
      redirect_uri: CALLBACK,
      scope: "openid",
      state: random(),
      nonce: random(),
      response_type: this.variant.responseType,
      ...(this.variant.formPost && { response_mode: "form_post" }),
      ...changes,
    };
    this.#state = parameters.state;
    this.#nonce = parameters.nonce;
    const given = Object.entries(parameters).filter((each): each is [string, string] => each[1] !== undefined);
    return `${this.provider.metadata.authorization_endpoint}?${new URLSearchParams(given).toString()}`;
  }

  /** Sends the person to the authorization endpoint, who signs in where that is asked. @returns what the client is told */
  async authorize(changes: Record<string, string | undefined> = {}, init: RequestInit = {}): Promise<Callback> {
    const address = this.request(changes);
    if (init.method === "POST") {
      const [path = "", body = ""] = address.split("?");
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      await this.person.visit(path, { method: "POST", body, headers });
    } else {
      await this.person.visit(address);
    }
    const asked = this.person.html.includes('type="password"');
    if (asked) await this.person.submit({ username: USER, password: PASSWORD });
    const inQuery = changes.response_type === undefined && "response_type" in changes;
    return { parameters: this.#callback(inQuery), asked };
  }

  /** The parameters at the client's address, in the very form that was asked for. */
  #callback(inQuery: boolean): Record<string, string> {
    const { response, html } = this.person;
    if (this.variant.formPost) {
      // OAuth 2.0 Form Post Response Mode §2
      expect(response.headers.get("location")).toBeNull();
      expect(response.status).toBe(200);
      expect(/<form method="post" action="([^"]*)"/.exec(html)?.[1]).toBe(CALLBACK);
      expect(html).toContain("<script>document.forms[0].submit()</script>");
      return Object.fromEntries(this.person.fields());
    }
    const location = response.headers.get("location") ?? "";
    expect([302, 303]).toContain(response.status);
    const url = new URL(location);
    expect(`${url.origin}${url.pathname}`).toBe(CALLBACK);
    if (inQuery || this.variant.responseType === "code") {
      expect(url.hash).toBe("");
      return Object.fromEntries(url.searchParams);
    }
    // OpenID Connect Core 1.0 §3.3.2.5
    expect(url.search).toBe("");
    return Object.fromEntries(new URLSearchParams(url.hash.slice(1)));
  }

  /** An answer that is a refusal, whole and with nothing in it that belongs to a success (OpenID Connect Core 1.0 §3.1.2.6). */
  expectError({ parameters }: Callback, errors: string[]): void {
    expect(errors).toContain(parameters.error);
    this.#expectStateAndIssuer(parameters);
    const known = words("error error_description error_uri state iss");
    expect(Object.keys(parameters).filter((name) => !known.includes(name))).toEqual([]);
    // RFC 6749 §4.1.2.1
    expect(parameters.error_description ?? "x").toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
  }

  #expectStateAndIssuer(parameters: Record<string, string>): void {
    expect(parameters.state).toBe(this.#state);
    expect(parameters.iss).toBe(this.provider.metadata.issuer);
  }

  /** Exchanges a code. @returns status and members of the answer */
  redeem(
    code: string,
    { method = "basic", verifier }: { method?: string; verifier?: string | undefined } = {},
  ): Promise<{ status: number } & Record<string, any>> {
    const { id, secret } = this.registration;
    const fields = {
      grant_type: "authorization_code",
      code,
      redirect_uri: CALLBACK,
      ...(verifier !== undefined && { code_verifier: verifier }),
      ...(method === "post" && { client_id: id, client_secret: secret }),
    };
    const headers = method === "basic" ? basic(id, secret) : {};
    const { metadata, deployment } = this.provider;
    return read(post(metadata.token_endpoint, fields, headers, deployment));
  }

  /** Verifies an ID token (OpenID Connect Core 1.0 §3.1.3.7). @param nonce that of the request; null for none */
  async verify(token: string, nonce: string | null | undefined = this.#nonce): Promise<JWTPayload> {
    const keys = await read(get(this.provider.metadata.jwks_uri, {}, this.provider.deployment));
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys as unknown as JSONWebKeySet), {
      algorithms: ["RS256"],
      issuer: this.provider.metadata.issuer,
      audience: this.registration.id,
      requiredClaims: ["iss", "sub", "aud", "exp", "iat"],
    });
    expect(decodeProtectedHeader(token).kid).toBeTypeOf("string");
    expect(payload.nonce).toBe(nonce ?? undefined);
    expect(payload.aud).toBe(this.registration.id);
    expectStandardClaims(payload);
    const known = [...ID_TOKEN_CLAIMS, ...COGNITO_CLAIMS];
    // With an access token at hand, what scopes are about is asked for at userInfo (OpenID Connect Core 1.0 §5.4).
    expect(Object.keys(payload).filter((name) => !known.includes(name))).toEqual([]);
    return payload;
  }

  async userInfo(accessToken: string, how: "get" | "header" | "body" = "get"): Promise<Record<string, unknown>> {
    const { deployment, metadata } = this.provider;
    const to = metadata.userinfo_endpoint;
    const headers = { authorization: `Bearer ${accessToken}` };
    const response = await {
      get: () => get(to, { headers }, deployment),
      header: () => get(to, { method: "POST", headers }, deployment),
      body: () => post(to, { access_token: accessToken }, {}, deployment),
    }[how]();
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^application\/json\b/);
    const claims = (await response.json()) as Record<string, unknown>;
    expect(claims.sub).toBeTypeOf("string");
    expectStandardClaims(claims);
    return claims;
  }

  /** A flow from beginning to end, with every check that the suite makes on the way. */
  async complete(
    changes: Record<string, string | undefined> = {},
    {
      init,
      method,
      verifier,
      callback,
    }: { init?: RequestInit; method?: string; verifier?: string; callback?: Callback } = {},
  ): Promise<Completed> {
    const came = callback ?? (await this.authorize(changes, init));
    const { parameters } = came;
    expect(parameters).not.toHaveProperty("error");
    this.#expectStateAndIssuer(parameters);
    const { code = "", access_token, id_token } = parameters;
    const idTokens: JWTPayload[] = [];
    expect(id_token !== undefined).toBe(this.responseType.has("id_token"));
    expect(access_token !== undefined).toBe(this.responseType.has("token"));
    if (id_token !== undefined) {
      const claims = await this.verify(id_token);
      // OpenID Connect Core 1.0 §3.3.2.11
      expect(claims.c_hash).toBe(await half(code));
      if (access_token !== undefined) expect(claims.at_hash).toBe(await half(access_token));
      idTokens.push(claims);
    }
    if (access_token !== undefined) {
      expect(parameters.token_type?.toLowerCase()).toBe("bearer");
      await this.userInfo(access_token);
    }
    expectUnguessable(code);
    const tokens = await this.redeem(code, { method: method ?? "basic", verifier });
    expect(tokens).toMatchObject({ status: 200, token_type: "Bearer", expires_in: expect.any(Number) });
    const claims = await this.verify(tokens.id_token);
    if (claims.at_hash !== undefined) expect(claims.at_hash).toBe(await half(tokens.access_token));
    if (claims.c_hash !== undefined) expect(claims.c_hash).toBe(await half(code));
    idTokens.push(claims);
    const userInfo = await this.userInfo(tokens.access_token);
    for (const each of idTokens) expect(each.sub).toBe(userInfo.sub);
    const { access_token: accessToken, refresh_token: refreshToken, id_token: idToken } = tokens;
    return { ...came, idTokens, idToken, accessToken, refreshToken, userInfo };
  }
}

/** OpenID Connect Core 1.0 §5.1: what is there has its type, and is never empty. */
function expectStandardClaims(claims: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(claims)) {
    if (name === "email_verified" || name === "phone_number_verified") expect(value, name).toBeTypeOf("boolean");
    else if (name === "updated_at") expect(value, name).toBeTypeOf("number");
    else if (name === "address") expect(value, name).toBeTypeOf("object");
    else if (!ID_TOKEN_CLAIMS.includes(name)) expect(value, name).toMatch(/\S/);
    expect(value, name).not.toBe("null");
  }
}

/** As the suite measures it: 128 bits long, 96 bits of Shannon entropy (RFC 6749 §10.10). */
function expectUnguessable(text: string): void {
  expect(text.length * 6).toBeGreaterThanOrEqual(128);
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / text.length);
  const bits = -shares.reduce((sum, share) => sum + share * Math.log2(share), 0) * text.length;
  expect(bits).toBeGreaterThanOrEqual(96);
}
