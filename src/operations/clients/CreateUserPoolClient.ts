import type {
  CreateUserPoolClientCommandInput,
  CreateUserPoolClientCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { type Client, insertClient } from "../../directory/clients.ts";
import { sealClientSecret } from "../../flows/client-secrets.ts";
import { randomClientId, randomClientSecret } from "../../lib/random.ts";
import { Refusal } from "../../lib/refusal.ts";
import { signed } from "../operation.ts";
import { poolNow } from "../revise-pool.ts";
import { customScopes } from "./check-oauth.ts";
import { checkClientSettings } from "./check-settings.ts";
import { toUserPoolClientType } from "./client-shape.ts";
import { readSettings } from "./read-settings.ts";

/** Amazon Cognito API: CreateUserPoolClient. */
export const CreateUserPoolClient = signed<CreateUserPoolClientCommandInput, CreateUserPoolClientCommandOutput>(
  async (call, input) => {
    const settings = readSettings(input);
    const [pool, scopes] = await Promise.all([
      poolNow(call, input.UserPoolId),
      customScopes(call, input.UserPoolId, settings),
    ]);
    if (input.GenerateSecret && input.ClientSecret !== undefined) {
      throw new Refusal("InvalidParameterException", "Only one of GenerateSecret and ClientSecret can be set.");
    }
    const secret = input.GenerateSecret ? randomClientSecret() : input.ClientSecret;
    checkClientSettings(pool, settings, { confidential: secret !== undefined, scopes, on: "creating" });
    for (;;) {
      const id = randomClientId();
      const client: Client = {
        id,
        poolId: pool.id,
        name: input.ClientName,
        settings,
        secrets: secret === undefined ? [] : [await sealClientSecret(call, id, secret)],
        createdAt: call.now,
        updatedAt: call.now,
        revision: crypto.randomUUID(),
      };
      if (await insertClient(call.db, client)) return { UserPoolClient: await toUserPoolClientType(call, client) };
    }
  },
);
