import type {
  RespondToAuthChallengeCommandInput,
  RespondToAuthChallengeCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { resolveClient } from "../../flows/resolve.ts";
import { answerChallenge } from "../../flows/sign-in/answer.ts";
import { toAuthOutput } from "../auth-output.ts";
import { open } from "../operation.ts";

/** Amazon Cognito API: RespondToAuthChallenge. */
export const RespondToAuthChallenge = open<RespondToAuthChallengeCommandInput, RespondToAuthChallengeCommandOutput>(
  async (call, { ChallengeName, ChallengeResponses = {}, ClientId, ClientMetadata, Session }) => {
    const found = await resolveClient(call, ClientId);
    const turn = {
      ...found,
      goal: "tokens" as const,
      admin: false,
      given: ChallengeResponses,
      clientMetadata: ClientMetadata,
    };
    return toAuthOutput(await answerChallenge(call, ChallengeName, Session, turn));
  },
);
