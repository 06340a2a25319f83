import { call, makePool, makeUser } from "../client.ts";
import { WEB } from "../endpoints/login/person.ts";
import { read } from "../endpoints/oauth/requests.ts";
import { get } from "../fetch.ts";

/** Where the provider is seen. The suite insists on HTTPS. */
export const OP = "https://op.test";

export const CALLBACK = "https://suite.test/test/a/limen/callback";
export const SIGNED_OUT = "https://suite.test/test/a/limen/post_logout_redirect";
export const BACKCHANNEL = "https://suite.test/test/a/limen/backchannel_logout";

export const USER = "ada";

/** Everything that the scopes are about, since the suite warns of what is missing. */
export const CLAIMS = {
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
};

export interface Registration {
  id: string;
  secret: string;
}

/** A provider that is to be certified, with the two clients that the suite wants. */
export interface Provider {
  pool: string;
  first: Registration;
  second: Registration;
  sub: string;
  metadata: Record<string, any>;
  /** Variables of the deployment that are not those of the tests. */
  deployment: Record<string, unknown>;
}

/**
 * Creates a pool that keeps to the standards, with two clients and a user.
 * @param settings of the clients. @param domain of the pool's own
 */
export async function makeProvider(settings: object = {}, domain?: string): Promise<Provider> {
  const pool = await makePool({ OAuthConfiguration: { Conformance: "OPENID" } });
  const deployment = domain === undefined ? {} : { ORIGIN: OP };
  if (domain !== undefined) {
    const CustomDomainConfig = { CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/1" };
    await call("CreateUserPoolDomain", { UserPoolId: pool, Domain: domain, CustomDomainConfig });
  }
  const register = async (): Promise<Registration> => {
    const { UserPoolClient } = await call("CreateUserPoolClient", {
      UserPoolId: pool,
      ClientName: "suite",
      GenerateSecret: true,
      ...WEB,
      AllowedOAuthFlows: ["code", "implicit"],
      AllowedOAuthScopes: ["openid", "email", "phone", "profile"],
      CallbackURLs: [CALLBACK],
      LogoutURLs: [SIGNED_OUT],
      ...settings,
    });
    return { id: UserPoolClient.ClientId, secret: UserPoolClient.ClientSecret };
  };
  const [first, second] = [await register(), await register()];
  const sub = await makeUser(pool, USER, CLAIMS);
  const { status, ...metadata } = await read(get(`${OP}/${pool}/.well-known/openid-configuration`, {}, deployment));
  if (status !== 200) throw new Error(`discovery: ${status}`);
  return { pool, first, second, sub, metadata, deployment };
}
