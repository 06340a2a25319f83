import { call, makeClient, makePool, makeUser, signIn } from "../../client.ts";

export const list = (attributes: Record<string, string>) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));

const record = (attributes: { Name: string; Value: string }[]): Record<string, string> =>
  Object.fromEntries(attributes.map(({ Name, Value }) => [Name, Value]));

/** A pool, a client of it, and a way to make signed-in people there. */
export async function open(settings: object = {}, clientSettings: object = {}) {
  const pool = await makePool(settings);
  const { ClientId } = await makeClient(pool, clientSettings);
  const person = async (name: string, attributes: Record<string, string> = {}, signInAs = name) => {
    const sub = await makeUser(pool, name, attributes);
    const { AccessToken } = (await signIn(ClientId, signInAs)).AuthenticationResult;
    return {
      sub,
      AccessToken,
      /** @returns where codes went */
      update: async (changed: Record<string, string>) =>
        (await call("UpdateUserAttributes", { AccessToken, UserAttributes: list(changed) })).CodeDeliveryDetailsList,
      drop: (...UserAttributeNames: string[]) => call("DeleteUserAttributes", { AccessToken, UserAttributeNames }),
      ask: async (AttributeName: string) =>
        (await call("GetUserAttributeVerificationCode", { AccessToken, AttributeName })).CodeDeliveryDetails,
      verify: (AttributeName: string, Code: string) =>
        call("VerifyUserAttribute", { AccessToken, AttributeName, Code }),
      /** All attributes but `sub`, as an administrator sees them. */
      attributes: async () => {
        const { UserAttributes } = await call("AdminGetUser", { UserPoolId: pool, Username: sub });
        const { sub: _, ...rest } = record(UserAttributes);
        return rest;
      },
    };
  };
  return { pool, ClientId, person };
}
