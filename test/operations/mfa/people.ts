import { codeOf } from "../../authenticator-app.ts";
import { call, makeClient, makePool, makeUser, signIn } from "../../client.ts";
import { SECOND_FACTORS } from "../../factors.ts";

/** So many codes that an app with this seed shows neither now nor soon. */
export async function wrongCodes(seed: string, many = 1): Promise<string[]> {
  const shown = await Promise.all([-1, 0, 1, 2].map((off) => codeOf(seed, off)));
  const codes = Array.from({ length: many + shown.length }, (_, n) => String(n).padStart(6, "0"));
  return codes.filter((code) => !shown.includes(code)).slice(0, many);
}

let people = 0;

/** A pool with these second factors, a client of it, and a way to make signed-in people there, who have a name of their own. */
export async function open(
  MfaConfiguration: "OPTIONAL" | "OFF",
  factors: object = SECOND_FACTORS,
  settings: object = {},
) {
  const pool = await makePool(settings);
  const { ClientId } = await makeClient(pool);
  const person = async (attributes: Record<string, string> = {}) => {
    const name = `person-${people++}`;
    const sub = await makeUser(pool, name, attributes);
    const { AccessToken } = (await signIn(ClientId, name)).AuthenticationResult;
    const mine = (operation: string, input: object = {}) => call(operation, { AccessToken, ...input });
    const admin = (operation: string, input: object = {}) =>
      call(operation, { UserPoolId: pool, Username: name, ...input });
    return {
      name,
      sub,
      AccessToken,
      mine,
      admin,
      /** What of the user's choice is shown. */
      chosen: async () => {
        const { UserMFASettingList, PreferredMfaSetting, MFAOptions } = await mine("GetUser");
        return { UserMFASettingList, PreferredMfaSetting, MFAOptions };
      },
      /** Sets up an app. @returns its seed */
      app: async (FriendlyDeviceName?: string): Promise<string> => {
        const { SecretCode } = await mine("AssociateSoftwareToken");
        const UserCode = await codeOf(SecretCode, -1);
        await mine("VerifySoftwareToken", { UserCode, ...(FriendlyDeviceName && { FriendlyDeviceName }) });
        return SecretCode;
      },
    };
  };
  /** Changes the pool's mode or factors, for people who are signed in already. */
  const configure = (mode: string, all: object = factors) =>
    call("SetUserPoolMfaConfig", { UserPoolId: pool, MfaConfiguration: mode, ...all });
  await configure(MfaConfiguration);
  return { pool, ClientId, person, configure };
}
