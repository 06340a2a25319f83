import type {
  UpdateUserPoolClientCommandInput,
  UpdateUserPoolClientCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { updateClient } from "../../directory/clients.ts";
import { signed } from "../operation.ts";
import { customScopes } from "./check-oauth.ts";
import { checkClientSettings } from "./check-settings.ts";
import { clientChanged, clientNow } from "./client-now.ts";
import { toUserPoolClientType } from "./client-shape.ts";
import { readSettings } from "./read-settings.ts";

/**
 * Amazon Cognito API: UpdateUserPoolClient. What is left out goes back to its default, but for the name, for what
 * SetUserPoolClientSessionConfiguration says, and for what tools made for Cognito cannot know of.
 */
export const UpdateUserPoolClient = signed<UpdateUserPoolClientCommandInput, UpdateUserPoolClientCommandOutput>(
  async (call, input) => {
    const sent = readSettings(input);
    const [{ pool, client }, scopes] = await Promise.all([
      clientNow(call, input.UserPoolId, input.ClientId),
      customScopes(call, input.UserPoolId, sent),
    ]);
    const { OAuthConfiguration, sessions } = client.settings;
    const settings = { ...(OAuthConfiguration && { OAuthConfiguration }), ...(sessions && { sessions }), ...sent };
    checkClientSettings(pool, settings, { confidential: client.secrets.length > 0, scopes, on: "updating" });
    const after = await updateClient(call.db, client, { name: input.ClientName ?? client.name, settings }, call.now);
    if (!after) throw clientChanged();
    return { UserPoolClient: await toUserPoolClientType(call, after) };
  },
);
