// A pool whose users choose what they sign in with, and the turns of a sign-in there.
import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { call, makeClient, makePool, PASSWORD } from "../../client.ts";
import { SENDER } from "../../factors.ts";

/** Every first factor that there is. */
export const FACTORS = ["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"];
export const ADDRESSES = ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"];

export const allowing = (...AllowedFirstAuthFactors: string[]) => ({
  Policies: { SignInPolicy: { AllowedFirstAuthFactors } },
});

export const HIDES = { PreventUserExistenceErrors: "ENABLED" };

/** An address that no other test has. */
export const newAddress = (): string => `u${crypto.randomUUID().slice(0, 12)}@example.com`;
export const newPhone = (): string =>
  `+1${Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte % 10).join("")}`;
export const newName = (): string => `u${crypto.randomUUID().slice(0, 12)}`;

/** Attributes as the API takes them. */
export const listOf = (attributes: Record<string, string>) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));

/** Whom tokens are for. */
export const usernameOf = ({ AuthenticationResult }: any) => decodeJwt(AuthenticationResult.AccessToken).username;

/** Leaves a user nothing to begin with: no password, and a second factor beside which nothing else is enough. */
export async function lockOut(UserPoolId: string, Username: string): Promise<void> {
  await call("SetUserPoolMfaConfig", {
    UserPoolId,
    MfaConfiguration: "OPTIONAL",
    SmsMfaConfiguration: { SmsConfiguration: SENDER },
  });
  const UserAttributes = [{ Name: "phone_number", Value: newPhone() }];
  await call("AdminUpdateUserAttributes", { UserPoolId, Username, UserAttributes });
  await call("AdminSetUserMFAPreference", { UserPoolId, Username, SMSMfaSettings: { Enabled: true } });
  await env.DB.prepare("update users set credentials = null, revision = ? where pool_id = ? and username = ?")
    .bind(crypto.randomUUID(), UserPoolId, Username)
    .run();
}

/** Where people sign in by choice. */
export interface Choice {
  pool: string;
  client: string;
  /** InitiateAuth of USER_AUTH. */
  begin: (USERNAME: string, parameters?: object, more?: object) => Promise<any>;
  /** RespondToAuthChallenge. */
  answer: (ChallengeName: string, Session: string | undefined, responses: object) => Promise<any>;
  /** A confirmed user with a password, and with an address for codes of either kind. */
  user: (attributes?: Record<string, string>) => Promise<{ name: string; sub: string; email: string; phone: string }>;
  /** A user who never had a password. */
  passwordless: (attributes: Record<string, string>) => Promise<string>;
  /** Such a client of the pool that differs in its settings. */
  with: (clientSettings: object) => Promise<Choice>;
}

const of = (pool: string, client: string): Choice => ({
  pool,
  client,
  begin: (USERNAME, parameters = {}, more = {}) =>
    call("InitiateAuth", {
      ClientId: client,
      AuthFlow: "USER_AUTH",
      AuthParameters: { USERNAME, ...parameters },
      ...more,
    }),
  answer: (ChallengeName, Session, ChallengeResponses) =>
    call("RespondToAuthChallenge", { ClientId: client, ChallengeName, Session, ChallengeResponses }),
  async user(attributes) {
    const [name, email, phone] = [newName(), newAddress(), newPhone()];
    const UserAttributes = listOf(attributes ?? { email, phone_number: phone });
    const named = { UserPoolId: pool, Username: name };
    const created = { ...named, UserAttributes, TemporaryPassword: PASSWORD, MessageAction: "SUPPRESS" };
    const { User } = await call("AdminCreateUser", created);
    await call("AdminSetUserPassword", { ...named, Password: PASSWORD, Permanent: true });
    const sub = User.Attributes.find(({ Name }: { Name: string }) => Name === "sub").Value;
    return { name, sub, email, phone };
  },
  async passwordless(attributes) {
    const Username = newName();
    await call("AdminCreateUser", { UserPoolId: pool, Username, UserAttributes: listOf(attributes) });
    return Username;
  },
  with: async (clientSettings) => of(pool, await choosingClient(pool, clientSettings)),
});

/** A client that allows nothing but USER_AUTH. @returns its id */
const choosingClient = async (pool: string, settings: object): Promise<string> =>
  (await makeClient(pool, { ExplicitAuthFlows: ["ALLOW_USER_AUTH"], ...settings })).ClientId;

/** A pool and a client for it. */
export async function makeChoice(poolSettings: object = {}, clientSettings: object = {}): Promise<Choice> {
  const pool = await makePool({ ...allowing(...FACTORS), ...poolSettings });
  return of(pool, await choosingClient(pool, clientSettings));
}
