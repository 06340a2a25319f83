import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makePool, makeUser, ORIGIN, PASSWORD } from "../../client.ts";
import { get } from "../../fetch.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../login/person.ts";
import { post, read } from "./requests.ts";

const ANY_METHOD = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
const CONFIDENTIAL = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
const ALGORITHMS = ["RS256", "PS256", "ES256", "Ed25519", "EdDSA"];

let pool: string;
beforeAll(async () => {
  pool = await makePool();
});

const discover = async (id = pool, changes: object = {}): Promise<Record<string, any>> => {
  const { status, ...found } = await read(get(`/${id}/.well-known/openid-configuration`, {}, { ...changes }));
  expect(status).toBe(200);
  return found;
};

describe("openid-configuration", () => {
  it("[OpenID Connect Discovery 1.0 §3] says what there is, and names as issuer the address that it was found under", async () => {
    const { claims_supported, ...found } = await discover();
    expect(found).toEqual({
      issuer: `${ORIGIN}/${pool}`,
      jwks_uri: `${ORIGIN}/${pool}/.well-known/jwks.json`,
      authorization_endpoint: `${ORIGIN}/oauth2/authorize`,
      token_endpoint: `${ORIGIN}/oauth2/token`,
      token_endpoint_auth_methods_supported: ANY_METHOD,
      token_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
      userinfo_endpoint: `${ORIGIN}/oauth2/userInfo`,
      revocation_endpoint: `${ORIGIN}/oauth2/revoke`,
      revocation_endpoint_auth_methods_supported: ANY_METHOD,
      revocation_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
      introspection_endpoint: `${ORIGIN}/oauth2/introspect`,
      introspection_endpoint_auth_methods_supported: CONFIDENTIAL,
      introspection_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
      pushed_authorization_request_endpoint: `${ORIGIN}/oauth2/par`,
      device_authorization_endpoint: `${ORIGIN}/oauth2/device_authorization`,
      end_session_endpoint: `${ORIGIN}/logout`,
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      scopes_supported: ["openid", "email", "phone", "profile"],
      claims_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      response_types_supported: [
        "code",
        "token",
        "id_token",
        "id_token token",
        "code id_token",
        "code token",
        "code id_token token",
      ],
      response_modes_supported: ["query", "fragment", "form_post"],
      authorization_response_iss_parameter_supported: true,
      grant_types_supported: [
        "authorization_code",
        "client_credentials",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:device_code",
        "implicit",
      ],
      code_challenge_methods_supported: ["S256"],
      prompt_values_supported: ["none", "login"],
      acr_values_supported: ["urn:cognito:loa:1"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      dpop_signing_alg_values_supported: ["ES256", "PS256", "RS256", "Ed25519", "EdDSA"],
      ui_locales_supported: ["de", "en", "es", "fr", "id", "it", "ja", "ko", "nl", "pt-BR", "zh-CN", "zh-TW"],
    });
    expect(claims_supported).toContain("sub");
  });

  it("[RFC 8414 §2] names no endpoint that is not there", async () => {
    const found = Object.entries(await discover()).filter(
      ([name]) => name === "jwks_uri" || name.endsWith("_endpoint"),
    );
    expect(found).toHaveLength(9);
    const nowhere = await (await get("/oauth2/nowhere")).text();
    for (const [name, address] of found) {
      expect([name, await (await get(address as string)).text()]).not.toEqual([name, nowhere]);
    }
  });

  it("[RFC 8414 §3.1] is the same document where OAuth clients without OpenID Connect look for it", async () => {
    const found = await discover();
    for (const path of [
      `/.well-known/oauth-authorization-server/${pool}`,
      `/${pool}/.well-known/oauth-authorization-server`,
    ]) {
      expect(await read(get(path))).toEqual({ status: 200, ...found });
    }
  });

  it("names the endpoints at the pool's domain: a custom one before a prefix, and a prefix where prefixes have hosts", async () => {
    const place = await makePool();
    const address = async (changes: object = {}) => {
      const { issuer, jwks_uri, ...found } = await discover(place, { ORIGIN, ...changes });
      expect([issuer, jwks_uri]).toEqual([`${ORIGIN}/${place}`, `${ORIGIN}/${place}/.well-known/jwks.json`]);
      const endpoints = Object.keys(found).filter((name) => name.endsWith("_endpoint"));
      const [origin, ...others] = new Set(endpoints.map((name) => new URL(found[name]).origin));
      expect(others).toEqual([]);
      return origin;
    };
    expect(await address()).toBe(ORIGIN);
    await call("CreateUserPoolDomain", { UserPoolId: place, Domain: "acme" });
    expect(await address()).toBe(ORIGIN);
    const DOMAIN_SUFFIX = "login.test";
    expect(await address({ DOMAIN_SUFFIX })).toBe("http://acme.login.test");
    const CertificateArn = "arn:aws:acm:us-east-1:000000000000:certificate/12345678-1234-1234-1234-123456789012";
    const custom = { UserPoolId: place, Domain: "auth.example.com" };
    await call("CreateUserPoolDomain", { ...custom, CustomDomainConfig: { CertificateArn } });
    expect(await address({ DOMAIN_SUFFIX })).toBe("http://auth.example.com");
    await call("DeleteUserPoolDomain", custom);
    await call("DeleteUserPoolDomain", { UserPoolId: place, Domain: "acme" });
    expect(await address({ DOMAIN_SUFFIX })).toBe(ORIGIN);
  });

  it("names the deployment's own origin where one is configured, whatever host was asked", async () => {
    const ORIGIN = "https://login.example.com";
    expect(await discover(pool, { ORIGIN })).toMatchObject({
      issuer: `${ORIGIN}/${pool}`,
      jwks_uri: `${ORIGIN}/${pool}/.well-known/jwks.json`,
    });
  });

  it("names the level of assurance as the pool does", async () => {
    const AcrConfiguration = { Level1: { AcrValue: "urn:example:bronze" } };
    const own = await makePool({ AcrConfiguration });
    expect((await discover(own)).acr_values_supported).toEqual(["urn:example:bronze"]);
  });
});

describe("what discovery says", () => {
  const ATTRIBUTES = {
    email: "ada@example.com",
    email_verified: "true",
    phone_number: "+12065550100",
    phone_number_verified: "true",
    name: "Ada Lovelace",
    given_name: "Ada",
    family_name: "Lovelace",
    middle_name: "King",
    nickname: "Countess",
    preferred_username: "countess",
    profile: "https://example.com/ada",
    picture: "https://example.com/ada.png",
    website: "https://ada.example.com",
    gender: "female",
    birthdate: "1915-12-10",
    zoneinfo: "Europe/London",
    locale: "en-GB",
    updated_at: "1700000000",
    address: "12 St James's Square",
  };
  let client: string;
  let person: Person;
  let found: Record<string, any>;

  beforeAll(async () => {
    found = await discover();
    client = (await makeWebClient(pool, { AllowedOAuthFlows: ["code", "implicit"] })).ClientId;
    await makeUser(pool, "ada", ATTRIBUTES);
    const RoleArn = "arn:aws:iam::000000000000:role/staff";
    await call("CreateGroup", { UserPoolId: pool, GroupName: "staff", RoleArn });
    await call("AdminAddUserToGroup", { UserPoolId: pool, Username: "ada", GroupName: "staff" });
    person = new Person();
    await person.visit(authorizeUrl(client));
    await person.submit({ username: "ada", password: PASSWORD });
  });

  const ask = async (parameters: Record<string, string>): Promise<Record<string, string>> => {
    await person.visit(authorizeUrl(client, { nonce: "n", ...parameters }));
    return person.sentToClient();
  };

  it("of response types holds: each gives what it names", async () => {
    for (const response_type of found.response_types_supported as string[]) {
      const words = response_type.split(" ");
      const answer = await ask({ response_type, scope: "openid" });
      expect([response_type, answer.error]).toEqual([response_type, undefined]);
      expect([response_type, "code" in answer, "access_token" in answer]).toEqual([
        response_type,
        words.includes("code"),
        words.includes("token"),
      ]);
      if (words.includes("id_token")) expect(answer).toHaveProperty("id_token");
    }
  });

  it("of response modes and prompts holds", async () => {
    const address = () => person.response.headers.get("location") ?? "";
    for (const response_mode of found.response_modes_supported as string[]) {
      await ask({ response_mode });
      if (response_mode === "form_post") expect([...person.fields().keys()]).toContain("code");
      else expect(address()).toMatch(response_mode === "query" ? /^[^#]*\?.*\bcode=/ : /#.*\bcode=/);
    }
    for (const prompt of found.prompt_values_supported as string[]) {
      await ask({ prompt });
      expect([prompt, address() !== ""]).toEqual([prompt, prompt === "none"]);
    }
  });

  it("of claims holds: each is in an ID token or the answer of userInfo, of a user who has all", async () => {
    const { id_token = "", code = "" } = await ask({ response_type: "code id_token token" });
    const fields = { grant_type: "authorization_code", client_id: client, code, redirect_uri: CALLBACK };
    const { access_token, id_token: second } = await read(post("/oauth2/token", fields));
    const shown = await read(get("/oauth2/userInfo", { headers: { authorization: `Bearer ${access_token}` } }));
    const given = [decodeJwt(id_token), decodeJwt(second), shown].flatMap((each) => Object.keys(each));
    const claims: string[] = found.claims_supported;
    expect(claims.filter((claim) => !given.includes(claim))).toEqual([]);
    expect(new Set(claims).size).toBe(claims.length);
  });

  it("of scopes holds: each is given", async () => {
    for (const scope of found.scopes_supported as string[]) {
      const answer = await ask({ scope: [...new Set(["openid", scope])].join(" ") });
      expect([scope, answer.error]).toEqual([scope, undefined]);
    }
  });
});
