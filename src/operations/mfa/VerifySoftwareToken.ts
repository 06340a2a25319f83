import type {
  VerifySoftwareTokenCommandInput,
  VerifySoftwareTokenCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { verifySoftwareToken } from "../../flows/enrol-software-token.ts";
import { verifyAtSignIn } from "../../flows/sign-in/factors/set-up-software-token.ts";
import { signedIn } from "../../flows/signed-in.ts";
import { open } from "../operation.ts";
import { tokenOrSession } from "./token-or-session.ts";

/**
 * Amazon Cognito API: VerifySoftwareToken, by the right of an access token or of the session of AssociateSoftwareToken.
 * A wrong code is an error, as at Cognito, and never the status ERROR.
 */
export const VerifySoftwareToken = open<VerifySoftwareTokenCommandInput, VerifySoftwareTokenCommandOutput>(
  async (call, input) => {
    const proof = { code: input.UserCode, name: input.FriendlyDeviceName };
    const by = tokenOrSession(input);
    if ("session" in by) return { Status: "SUCCESS", Session: await verifyAtSignIn(call, by.session, proof) };
    const { pool, user } = await signedIn(call, by.token);
    await verifySoftwareToken(call, pool, user, proof);
    return { Status: "SUCCESS" };
  },
);
