// The answers that end a sign-in by more than a password, or without one: an app's code, a passkey, a custom question.
import { Authenticator } from "../authenticator.ts";
import { codeOf } from "../authenticator-app.ts";
import { clientOf } from "./client.ts";
import { PASSWORD } from "./kinds.ts";
import type { Arithmetic, Kind } from "./load.ts";

const RELYING_PARTY = "login.example.com";
const TOKENS: Arithmetic[] = ["RS256 signature", "RS256 signature"];
const ANSWER = "Reykjavik";

/** Someone with an app and a passkey. */
interface Person {
  name: string;
  seed: string;
  authenticator: Authenticator;
}

/**
 * The answers that are measured. Each leads to tokens.
 * @param trigger ARN of the example triggers
 * @param times how often each is sent
 */
export async function factorKinds(url: string, trigger: string, times: number): Promise<Kind[]> {
  const { call, signed } = clientOf(url);
  const names = ["DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"];
  const { UserPool } = await signed("CreateUserPool", {
    PoolName: "factors",
    Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] } },
    LambdaConfig: Object.fromEntries(names.map((name) => [name, trigger])),
  });
  const UserPoolId = UserPool.Id as string;
  await signed("SetUserPoolMfaConfig", {
    UserPoolId,
    MfaConfiguration: "OPTIONAL",
    SoftwareTokenMfaConfiguration: { Enabled: true },
    WebAuthnConfiguration: {
      RelyingPartyId: RELYING_PARTY,
      UserVerification: "required",
      FactorConfiguration: "MULTI_FACTOR_WITH_USER_VERIFICATION",
    },
  });
  const { UserPoolClient } = await signed("CreateUserPoolClient", {
    UserPoolId,
    ClientName: "factors",
    ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
  });
  const ClientId = UserPoolClient.ClientId as string;
  const initiate = (AuthFlow: string, AuthParameters: Record<string, string>) =>
    call("InitiateAuth", { ClientId, AuthFlow, AuthParameters });
  const respond = (ChallengeName: string, Session: string, ChallengeResponses: Record<string, string>) =>
    call("RespondToAuthChallenge", { ClientId, ChallengeName, Session, ChallengeResponses });

  const settle = async (name: string): Promise<Person> => {
    await signed("AdminCreateUser", { UserPoolId, Username: name, MessageAction: "SUPPRESS" });
    await signed("AdminSetUserPassword", { UserPoolId, Username: name, Password: PASSWORD, Permanent: true });
    const { AccessToken } = (await initiate("USER_PASSWORD_AUTH", { USERNAME: name, PASSWORD })).AuthenticationResult;
    const { SecretCode: seed } = await call("AssociateSoftwareToken", { AccessToken });
    await call("VerifySoftwareToken", { AccessToken, UserCode: await codeOf(seed, -1) });
    const { CredentialCreationOptions } = await call("StartWebAuthnRegistration", { AccessToken });
    const authenticator = new Authenticator();
    const Credential = await authenticator.create(CredentialCreationOptions);
    await call("CompleteWebAuthnRegistration", { AccessToken, Credential });
    await call("SetUserMFAPreference", {
      AccessToken,
      SoftwareTokenMfaSettings: { Enabled: true, PreferredMfa: true },
      WebAuthnMfaSettings: { Enabled: true },
    });
    return { name, seed, authenticator };
  };
  const people: Person[] = [];
  /** Each app has a code for now and one for the next half minute, which are taken once: so it takes one person for two answers. */
  const enough = async (answers: number) => {
    while (people.length < Math.ceil(answers / 2)) people.push(await settle(`factor-${people.length}`));
  };
  const personAt = (at: number) => people[at % people.length] as Person;

  let sessions: string[] = [];
  let answers: { session: string; credential: string }[] = [];
  return [
    {
      name: "TOTP sign-in: code",
      times,
      logged: true,
      arithmetic: TOKENS,
      prepare: async (all) => {
        await enough(all);
        sessions = [];
        for (let at = 0; at < all; at++) {
          sessions.push((await initiate("USER_PASSWORD_AUTH", { USERNAME: personAt(at).name, PASSWORD })).Session);
        }
      },
      send: async (at) => {
        const { name, seed } = personAt(at);
        const SOFTWARE_TOKEN_MFA_CODE = await codeOf(seed, at < people.length ? 0 : 1);
        return respond("SOFTWARE_TOKEN_MFA", sessions[at] as string, { USERNAME: name, SOFTWARE_TOKEN_MFA_CODE });
      },
    },
    {
      name: "passkey sign-in: assertion",
      times,
      logged: true,
      arithmetic: TOKENS,
      prepare: async (all) => {
        await enough(1);
        answers = [];
        for (let at = 0; at < all; at++) {
          const { name, authenticator } = personAt(at);
          const asked = await initiate("USER_AUTH", { USERNAME: name, PREFERRED_CHALLENGE: "WEB_AUTHN" });
          const options = JSON.parse(asked.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS);
          answers.push({ session: asked.Session, credential: JSON.stringify(await authenticator.get(options)) });
        }
      },
      send: (at) => {
        const { session, credential } = answers[at] as { session: string; credential: string };
        return respond("WEB_AUTHN", session, { USERNAME: personAt(at).name, CREDENTIAL: credential });
      },
    },
    {
      name: "custom sign-in: answer, and two triggers",
      times,
      logged: true,
      arithmetic: TOKENS,
      prepare: async (all) => {
        await signed("AdminCreateUser", { UserPoolId, Username: "custom", MessageAction: "SUPPRESS" });
        await signed("AdminSetUserPassword", { UserPoolId, Username: "custom", Password: PASSWORD, Permanent: true });
        sessions = [];
        for (let at = 0; at < all; at++) {
          sessions.push((await initiate("CUSTOM_AUTH", { USERNAME: "custom" })).Session);
        }
      },
      send: (at) => respond("CUSTOM_CHALLENGE", sessions[at] as string, { USERNAME: "custom", ANSWER }),
    },
  ];
}
