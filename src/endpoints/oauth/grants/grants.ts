import { authorizationCodeGrant } from "./authorization-code.ts";
import { clientCredentialsGrant } from "./client-credentials.ts";
import { deviceCodeGrant } from "./device-code.ts";
import type { Grant } from "./grant.ts";
import { refreshTokenGrant } from "./refresh-token.ts";

/** The grants that are built, by their `grant_type`. */
export const grants: ReadonlyMap<string, Grant> = new Map([
  ["authorization_code", authorizationCodeGrant],
  ["client_credentials", clientCredentialsGrant],
  ["refresh_token", refreshTokenGrant],
  ["urn:ietf:params:oauth:grant-type:device_code", deviceCodeGrant],
]);
