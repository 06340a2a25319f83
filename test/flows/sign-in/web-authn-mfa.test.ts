import { describe, expect, it } from "vitest";
import { Authenticator } from "../../authenticator.ts";
import { codeSentTo } from "../../client.ts";
import { call } from "../../client.ts";
import { SECOND_FACTORS } from "../../factors.ts";
import { open } from "../../operations/mfa/people.ts";
import { type PasskeyUser, register, WITH_PASSKEYS } from "../../operations/passkeys/passkey-user.ts";
import { signInWithPasskey } from "./passkey-challenge.ts";

/** Somebody with a passkey who is asked for a code by mail after their first factor. */
async function personWith(WebAuthnConfiguration: object, passkeyIsMfa: boolean): Promise<PasskeyUser> {
  const { pool, ClientId, person } = await open(
    "OPTIONAL",
    { ...SECOND_FACTORS, WebAuthnConfiguration },
    WITH_PASSKEYS,
  );
  const email = `${crypto.randomUUID()}@example.com`;
  const { name, sub, AccessToken, mine } = await person({ email, email_verified: "true" });
  const user = { pool, client: ClientId, name, sub, AccessToken, authenticator: new Authenticator(), email };
  await register(user);
  await mine("SetUserMFAPreference", { EmailMfaSettings: { Enabled: true } });
  if (passkeyIsMfa) await mine("SetUserMFAPreference", { WebAuthnMfaSettings: { Enabled: true } });
  return user;
}

const BOTH = { FactorConfiguration: "MULTI_FACTOR_WITH_USER_VERIFICATION" };

describe("[Cognito] a passkey stands for two factors", () => {
  it("where pool and user want it so and the authenticator has verified its user", async () => {
    const user = await personWith(BOTH, true);
    expect(await signInWithPasskey(user)).toHaveProperty("AuthenticationResult");
  });

  it("not where the authenticator has only seen that somebody was there: the other factor is asked for", async () => {
    const user = await personWith(BOTH, true);
    const challenge = await signInWithPasskey(user, { verified: false });
    expect(challenge).toMatchObject({ ChallengeName: "EMAIL_OTP" });
    const { email } = user as PasskeyUser & { email: string };
    const EMAIL_OTP_CODE = await codeSentTo(email);
    const ChallengeResponses = { USERNAME: user.name, EMAIL_OTP_CODE };
    const answer = { ClientId: user.client, ChallengeName: "EMAIL_OTP", Session: challenge.Session };
    expect(await call("RespondToAuthChallenge", { ...answer, ChallengeResponses })).toHaveProperty(
      "AuthenticationResult",
    );
  });

  it.each([
    ["the pool", {}, false],
    ["the user", BOTH, false],
  ])("not where %s does not want it", async (_, configuration, passkeyIsMfa) => {
    const user = await personWith(configuration, passkeyIsMfa);
    expect(await signInWithPasskey(user)).toMatchObject({ ChallengeName: "EMAIL_OTP" });
  });

  it("takes its counter down where another factor is asked for, too", async () => {
    const user = await personWith({}, false);
    const counting = { ...user, authenticator: new Authenticator({ counts: true }) };
    await register(counting);
    expect(await signInWithPasskey(counting, { counter: 5 })).toMatchObject({ ChallengeName: "EMAIL_OTP" });
    await expect(signInWithPasskey(counting, { counter: 5 })).rejects.toMatchObject({
      message: "Incorrect username or password.",
    });
  });
});
