import { clientCredentialsGrant } from "./client-credentials.ts";
import type { Grant } from "./grant.ts";
import { refreshTokenGrant } from "./refresh-token.ts";

/** The grants that are built, by their `grant_type`. */
export const grants: ReadonlyMap<string, Grant> = new Map([
  ["client_credentials", clientCredentialsGrant],
  ["refresh_token", refreshTokenGrant],
]);
