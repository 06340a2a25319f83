import type {
  ClientSecretDescriptorType,
  UserPoolClientDescription,
  UserPoolClientType,
} from "@aws-sdk/client-cognito-identity-provider";
import type { Call } from "../../call.ts";
import type { Client } from "../../directory/clients.ts";
import type { ClientSettings } from "../../directory/pool.ts";
import { clientSecrets } from "../../flows/client-secrets.ts";

/** Days that a refresh token lives unless the client says otherwise, and how many of each unit that is. */
const REFRESH_DAYS = 30;
const PER_DAY = { seconds: 86_400, minutes: 1_440, hours: 24, days: 1 };

/** A client as the operations on one show it: its settings as sent, with Cognito's defaults filled in, and its oldest secret. */
export async function toUserPoolClientType(call: Call, client: Client): Promise<UserPoolClientType> {
  const { sessions: _, ...settings } = client.settings;
  const [ClientSecret] = await clientSecrets(call, client);
  return {
    ...settings,
    UserPoolId: client.poolId,
    ClientName: client.name,
    ClientId: client.id,
    ...(ClientSecret !== undefined && { ClientSecret }),
    CreationDate: new Date(client.createdAt),
    LastModifiedDate: new Date(client.updatedAt),
    RefreshTokenValidity: refreshValidity(settings),
    TokenValidityUnits: settings.TokenValidityUnits ?? {},
    AllowedOAuthFlowsUserPoolClient: settings.AllowedOAuthFlowsUserPoolClient ?? false,
    EnableTokenRevocation: settings.EnableTokenRevocation ?? true,
    EnablePropagateAdditionalUserContextData: settings.EnablePropagateAdditionalUserContextData ?? false,
    AuthSessionValidity: settings.AuthSessionValidity ?? 3,
  };
}

/** The default is thirty days, also where a unit was set without a number. */
const refreshValidity = ({ RefreshTokenValidity, TokenValidityUnits }: ClientSettings): number =>
  RefreshTokenValidity || REFRESH_DAYS * PER_DAY[TokenValidityUnits?.RefreshToken ?? "days"];

/** A client as ListUserPoolClients shows one. */
export const toUserPoolClientDescription = ({ id, poolId, name }: Client): UserPoolClientDescription => ({
  ClientId: id,
  UserPoolId: poolId,
  ClientName: name,
});

/** A secret without its value. */
export const toClientSecretDescriptor = ({ id, createdAt }: Client["secrets"][number]): ClientSecretDescriptorType => ({
  ClientSecretId: id,
  ClientSecretCreateDate: new Date(createdAt),
});
