import type { Client } from "../directory/clients.ts";

/**
 * A client as our own pages act for it: they never tell whether a user exists, whatever its API does, and send no secret
 * hash, which is what a client's own program proves itself with; nor have they its keys.
 */
export function clientOfPages(client: Client): Client {
  const { OAuthConfiguration: _, ...settings } = client.settings;
  return { ...client, secrets: [], settings: { ...settings, PreventUserExistenceErrors: "ENABLED" } };
}
