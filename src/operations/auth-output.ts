import type { InitiateAuthCommandOutput } from "@aws-sdk/client-cognito-identity-provider";
import type { Tokens } from "../flows/issue-tokens.ts";
import type { Outcome } from "../flows/sign-in/sign-in.ts";
import type { Answer } from "./operation.ts";

/** Tokens as the API shows them. */
export const toAuthenticationResult = ({ accessToken, idToken, refreshToken, newDevice, expiresIn }: Tokens) => ({
  AccessToken: accessToken,
  ExpiresIn: expiresIn,
  IdToken: idToken,
  ...(refreshToken !== undefined && { RefreshToken: refreshToken }),
  TokenType: "Bearer",
  ...(newDevice && { NewDeviceMetadata: { DeviceKey: newDevice.key, DeviceGroupKey: newDevice.groupKey } }),
});

/** A challenge, or tokens with the empty ChallengeParameters that clients read. */
export function toAuthOutput(outcome: Outcome): Answer<InitiateAuthCommandOutput> {
  if ("tokens" in outcome) {
    return { AuthenticationResult: toAuthenticationResult(outcome.tokens), ChallengeParameters: {} };
  }
  if ("browser" in outcome) throw new Error("a sign-in by the API ended at the pages");
  const { name, parameters, session, available } = outcome.challenge;
  return {
    ChallengeName: name,
    ChallengeParameters: parameters,
    ...(session !== undefined && { Session: session }),
    ...(available && { AvailableChallenges: available }),
  };
}
