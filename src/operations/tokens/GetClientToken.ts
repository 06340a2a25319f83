import type {
  GetClientTokenCommandInput,
  GetClientTokenCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { CLIENT_TOKEN_FLOW, clientCredentials } from "../../flows/authorization/client-credentials.ts";
import { checkClientSecret } from "../../flows/client-secrets.ts";
import { allowsAny } from "../../flows/explicit-auth-flows.ts";
import { resolveClient } from "../../flows/resolve.ts";
import { Refusal } from "../../lib/refusal.ts";
import { open } from "../operation.ts";

/** What the API calls the refusals of OAuth that its model does not know. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["unauthorized_client", "NotAuthorizedException"],
  ["invalid_grant", "NotAuthorizedException"],
  ["invalid_scope", "InvalidParameterException"],
]);

/** Amazon Cognito API: GetClientToken. The client credentials grant without a domain. */
export const GetClientToken = open<GetClientTokenCommandInput, GetClientTokenCommandOutput>(
  async (call, { ClientId, Secret, Scopes, ClientMetadata }) => {
    const found = await resolveClient(call, ClientId);
    if (!(await checkClientSecret(call, found.client, Secret))) {
      throw new Refusal("NotAuthorizedException", `Unable to verify secret for client ${ClientId}`);
    }
    if (!allowsAny(found.client.settings, [CLIENT_TOKEN_FLOW])) {
      throw new Refusal("NotAuthorizedException", `${CLIENT_TOKEN_FLOW} is not enabled for the client.`);
    }
    const scopes = Scopes?.length ? Scopes : undefined;
    const { accessToken, expiresIn } = await clientCredentials(call, found, {
      scopes,
      clientMetadata: ClientMetadata,
    }).catch(inNamesOfTheApi);
    return { ClientAuthenticationResult: { AccessToken: accessToken, ExpiresIn: expiresIn, TokenType: "Bearer" } };
  },
);

function inNamesOfTheApi(thrown: unknown): never {
  const name = thrown instanceof Refusal ? NAMES.get(thrown.name) : undefined;
  throw name === undefined ? thrown : new Refusal(name, (thrown as Refusal).message, { cause: thrown });
}
