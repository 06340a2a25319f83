import { Authenticator, type CreationWays } from "../../authenticator.ts";
import { call, makeClient, makePool, makeUser, signIn } from "../../client.ts";

/** The host of the tests, which is the relying party where nothing else is configured. */
export const HOST = "limen.test";

export const WITH_PASSKEYS = {
  Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] } },
};

/** A pool whose users may sign in by passkey. @returns its id */
export const makePasskeyPool = (settings: object = {}): Promise<string> => makePool({ ...WITH_PASSKEYS, ...settings });

/** A user with an access token, and an authenticator. */
export interface PasskeyUser {
  pool: string;
  client: string;
  name: string;
  sub: string;
  AccessToken: string;
  authenticator: Authenticator;
}

/** Makes a user of such a pool, signed in by password. */
export async function makePasskeyUser({
  pool,
  client,
  counts = false,
}: {
  pool?: string;
  client?: string;
  counts?: boolean;
} = {}): Promise<PasskeyUser> {
  const UserPoolId = pool ?? (await makePasskeyPool());
  const ClientId = client ?? (await makeClient(UserPoolId)).ClientId;
  const name = `u${crypto.randomUUID().slice(0, 8)}`;
  const sub = await makeUser(UserPoolId, name);
  const { AccessToken } = (await signIn(ClientId, name)).AuthenticationResult;
  return { pool: UserPoolId, client: ClientId, name, sub, AccessToken, authenticator: new Authenticator({ counts }) };
}

/** Creation options for the user. */
export const startRegistration = async ({ AccessToken }: Pick<PasskeyUser, "AccessToken">): Promise<any> =>
  (await call("StartWebAuthnRegistration", { AccessToken })).CredentialCreationOptions;

export const completeRegistration = (
  { AccessToken }: Pick<PasskeyUser, "AccessToken">,
  Credential: unknown,
): Promise<any> => call("CompleteWebAuthnRegistration", { AccessToken, Credential });

/** Registers a passkey. @returns its credential id */
export async function register(user: PasskeyUser, ways: CreationWays = {}): Promise<string> {
  const credential = await user.authenticator.create(await startRegistration(user), ways);
  await completeRegistration(user, credential);
  return credential.id;
}

export const listPasskeys = async ({ AccessToken }: Pick<PasskeyUser, "AccessToken">, more = {}): Promise<any> =>
  call("ListWebAuthnCredentials", { AccessToken, ...more });
