import type {
  AssociateSoftwareTokenCommandInput,
  AssociateSoftwareTokenCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { associateSoftwareToken } from "../../flows/enrol-software-token.ts";
import { associateAtSignIn } from "../../flows/sign-in/factors/set-up-software-token.ts";
import { signedIn } from "../../flows/signed-in.ts";
import { open } from "../operation.ts";
import { tokenOrSession } from "./token-or-session.ts";

/** Amazon Cognito API: AssociateSoftwareToken, by the right of an access token or of the session of MFA_SETUP. */
export const AssociateSoftwareToken = open<AssociateSoftwareTokenCommandInput, AssociateSoftwareTokenCommandOutput>(
  async (call, input) => {
    const by = tokenOrSession(input);
    if ("session" in by) {
      const { seed, session } = await associateAtSignIn(call, by.session);
      return { SecretCode: seed, Session: session };
    }
    const { pool, user } = await signedIn(call, by.token);
    return { SecretCode: await associateSoftwareToken(call, pool, user) };
  },
);
