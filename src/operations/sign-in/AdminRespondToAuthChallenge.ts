import type {
  AdminRespondToAuthChallengeCommandInput,
  AdminRespondToAuthChallengeCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { resolveClient } from "../../flows/resolve.ts";
import { answerChallenge } from "../../flows/sign-in/answer.ts";
import { toAuthOutput } from "../auth-output.ts";
import { signed } from "../operation.ts";

/** Amazon Cognito API: AdminRespondToAuthChallenge. */
export const AdminRespondToAuthChallenge = signed<
  AdminRespondToAuthChallengeCommandInput,
  AdminRespondToAuthChallengeCommandOutput
>(async (call, { ChallengeName, ChallengeResponses = {}, ClientId, ClientMetadata, Session, UserPoolId }) => {
  const found = await resolveClient(call, ClientId, UserPoolId);
  const turn = {
    ...found,
    goal: "tokens" as const,
    admin: true,
    given: ChallengeResponses,
    clientMetadata: ClientMetadata,
  };
  return toAuthOutput(await answerChallenge(call, ChallengeName, Session, turn));
});
