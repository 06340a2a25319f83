import { codeOf } from "./authenticator-app.ts";
import { call, codeSentTo, makeClient, makePool, makeUser, PASSWORD, signIn } from "./client.ts";
import { confirmedDevice, makeDevice, trackingPool } from "./device-client.ts";
import { SECOND_FACTORS } from "./factors.ts";
import { makePasskeyUser, startRegistration } from "./operations/passkeys/passkey-user.ts";
import { breakEach, type Scene, watchLog } from "./scenes.ts";

watchLog();

const person = () => `u${crypto.randomUUID().slice(0, 8)}`;

/** A pool of these factors, with someone in it. */
async function inhabitant(MfaConfiguration: "ON" | "OPTIONAL", attributes: Record<string, string> = {}) {
  const pool = await makePool();
  await call("SetUserPoolMfaConfig", { UserPoolId: pool, MfaConfiguration, ...SECOND_FACTORS });
  const { ClientId } = await makeClient(pool);
  const Username = person();
  await makeUser(pool, Username, attributes);
  return { pool, ClientId, Username };
}

async function withApp(verifiedBy = -1) {
  const made = await inhabitant("OPTIONAL");
  const { AccessToken } = (await signIn(made.ClientId, made.Username)).AuthenticationResult;
  const { SecretCode } = await call("AssociateSoftwareToken", { AccessToken });
  await call("VerifySoftwareToken", { AccessToken, UserCode: await codeOf(SecretCode, verifiedBy) });
  await call("SetUserMFAPreference", { AccessToken, SoftwareTokenMfaSettings: { Enabled: true } });
  return { ...made, AccessToken, SecretCode };
}

const respond = (ClientId: string, ChallengeName: string, Session: string, ChallengeResponses: object): Scene => ({
  operation: "RespondToAuthChallenge",
  input: { ClientId, ChallengeName, Session, ChallengeResponses },
  // "Invalid session for the user, session can only be used once."
  spent: ["NotAuthorizedException"],
});

const SCENES: Record<string, () => Promise<Scene>> = {
  "the code of an app": async () => {
    const { ClientId, Username, SecretCode } = await withApp();
    const { Session } = await signIn(ClientId, Username);
    const SOFTWARE_TOKEN_MFA_CODE = await codeOf(SecretCode);
    return respond(ClientId, "SOFTWARE_TOKEN_MFA", Session, { USERNAME: Username, SOFTWARE_TOKEN_MFA_CODE });
  },
  "the code of a text message": async () => {
    const phone_number = `+1555${Math.random().toString().slice(2, 9)}`;
    const { pool, ClientId, Username } = await inhabitant("OPTIONAL", { phone_number });
    await call("AdminSetUserMFAPreference", { UserPoolId: pool, Username, SMSMfaSettings: { Enabled: true } });
    const { Session } = await signIn(ClientId, Username);
    const SMS_MFA_CODE = await codeSentTo(phone_number);
    return respond(ClientId, "SMS_MFA", Session, { USERNAME: Username, SMS_MFA_CODE });
  },
  "the code of an address that is set up": async () => {
    const email = `${person()}@example.com`;
    const { ClientId, Username } = await inhabitant("ON");
    const asked = await signIn(ClientId, Username);
    const { Session } = await call("RespondToAuthChallenge", {
      ClientId,
      ChallengeName: "MFA_SETUP",
      Session: asked.Session,
      ChallengeResponses: { USERNAME: Username, EMAIL: email },
    });
    const EMAIL_OTP_CODE = await codeSentTo(email);
    return respond(ClientId, "EMAIL_OTP", Session, { USERNAME: Username, EMAIL_OTP_CODE });
  },
  VerifySoftwareToken: async () => {
    const { ClientId, Username } = await inhabitant("ON");
    const { Session } = await signIn(ClientId, Username);
    const associated = await call("AssociateSoftwareToken", { Session });
    const UserCode = await codeOf(associated.SecretCode);
    return {
      operation: "VerifySoftwareToken",
      input: { Session: associated.Session, UserCode },
      spent: ["NotAuthorizedException"],
    };
  },
  SetUserMFAPreference: async () => {
    const { AccessToken } = await withApp();
    return {
      operation: "SetUserMFAPreference",
      input: { AccessToken, SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true } },
    };
  },
  CompleteWebAuthnRegistration: async () => {
    const user = await makePasskeyUser();
    const Credential = await user.authenticator.create(await startRegistration(user));
    return {
      operation: "CompleteWebAuthnRegistration",
      input: { AccessToken: user.AccessToken, Credential },
      spent: ["WebAuthnChallengeNotFoundException"],
    };
  },
  ConfirmDevice: async () => {
    const { ClientId, Username } = await trackingPool();
    const { AccessToken, NewDeviceMetadata } = (await signIn(ClientId, Username)).AuthenticationResult;
    const { DeviceKey, DeviceSecretVerifierConfig } = makeDevice(NewDeviceMetadata);
    return {
      operation: "ConfirmDevice",
      input: { AccessToken, DeviceKey, DeviceSecretVerifierConfig },
      spent: ["DeviceKeyExistsException"],
    };
  },
  AdminForgetDevice: async () => {
    const { UserPoolId, ClientId, Username } = await trackingPool();
    const { DeviceKey } = await confirmedDevice(ClientId, Username);
    return {
      operation: "AdminForgetDevice",
      input: { UserPoolId, Username, DeviceKey },
      spent: ["ResourceNotFoundException"],
      check: async () => {
        const { Devices } = await call("AdminListDevices", { UserPoolId, Username });
        if (Devices.length > 0) throw new Error("the device is still there");
        if (!(await signIn(ClientId, Username, PASSWORD)).AuthenticationResult) throw new Error("no sign-in");
      },
    };
  },
};

breakEach(SCENES);
