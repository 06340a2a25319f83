import type {
  VerifyUserAttributeCommandInput,
  VerifyUserAttributeCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { verifiable, verifyAttribute } from "../../flows/verify-attribute.ts";
import { withAccessToken } from "../operation.ts";

/** Amazon Cognito API: VerifyUserAttribute. */
export const VerifyUserAttribute = withAccessToken<VerifyUserAttributeCommandInput, VerifyUserAttributeCommandOutput>(
  async (call, { AttributeName, Code }, { pool, user }) => {
    await verifyAttribute(call, pool, user, verifiable(AttributeName), Code);
    return {};
  },
);
