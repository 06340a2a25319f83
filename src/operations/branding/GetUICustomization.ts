import type {
  GetUICustomizationCommandInput,
  GetUICustomizationCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { ALL, readUiCustomization } from "../../directory/ui-customizations.ts";
import { resolveClient, resolvePool } from "../../flows/resolve.ts";
import { signed } from "../operation.ts";
import { toUICustomizationType } from "./ui-customization-shape.ts";

/** Amazon Cognito API: GetUICustomization. A client without a look of its own has that of its pool; without either, an empty one. */
export const GetUICustomization = signed<GetUICustomizationCommandInput, GetUICustomizationCommandOutput>(
  async (call, { UserPoolId, ClientId = ALL }) => {
    const [, look] = await Promise.all([
      ClientId === ALL ? resolvePool(call, UserPoolId) : resolveClient(call, ClientId, UserPoolId),
      readUiCustomization(call.db, UserPoolId, ClientId),
    ]);
    return { UICustomization: await toUICustomizationType(call, UserPoolId, look) };
  },
);
