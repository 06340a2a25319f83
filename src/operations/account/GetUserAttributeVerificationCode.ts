import type {
  GetUserAttributeVerificationCodeCommandInput,
  GetUserAttributeVerificationCodeCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { requestVerification, verifiable } from "../../flows/verify-attribute.ts";
import { withAccessToken } from "../operation.ts";

/** Amazon Cognito API: GetUserAttributeVerificationCode. */
export const GetUserAttributeVerificationCode = withAccessToken<
  GetUserAttributeVerificationCodeCommandInput,
  GetUserAttributeVerificationCodeCommandOutput
>(async (call, { AttributeName, ClientMetadata }, { pool, client, user }) => {
  const asker = { pool, user, clientId: client.id };
  return { CodeDeliveryDetails: await requestVerification(call, asker, verifiable(AttributeName), ClientMetadata) };
});
