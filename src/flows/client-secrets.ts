import type { Call } from "../call.ts";
import { type Client, isConfidential } from "../directory/clients.ts";
import { equalText } from "../lib/constant-time.ts";
import { fromUtf8, utf8 } from "../lib/encoding.ts";
import { Refusal } from "../lib/refusal.ts";
import { matchesSecretHash } from "../mechanisms/callers/secret-hash.ts";

const PURPOSE = "client-secret";

export type ClientSecret = Client["secrets"][number];

/** A client's secret as it is stored. Its id is `<client id>--<epoch milliseconds>`. */
export async function sealClientSecret(call: Call, clientId: string, value: string): Promise<ClientSecret> {
  const sealed = await call.keyring.seal(PURPOSE, utf8(value), clientId);
  return { id: `${clientId}--${call.now}`, sealed, createdAt: call.now };
}

/** The secrets of a client in clear, oldest first; empty for a public client. */
export async function clientSecrets(call: Call, client: Pick<Client, "id" | "secrets">): Promise<string[]> {
  const opened = await Promise.all(client.secrets.map(({ sealed }) => call.keyring.open(PURPOSE, sealed, client.id)));
  return opened.map((bytes) => {
    const text = bytes && fromUtf8(bytes);
    if (text === null) throw new Error("a client secret does not open with MASTER_KEY");
    return text;
  });
}

/**
 * Refuses a request whose secret hash does not fit the client: missing for a confidential one, wrong, or sent for a
 * public one. (Amazon Cognito: computing secret hash values)
 * @param names the username as submitted, and the real one where it is known
 * @throws Refusal NotAuthorizedException
 */
export async function checkSecretHash(
  call: Call,
  client: Client,
  given: string | undefined,
  ...names: string[]
): Promise<void> {
  if (given === undefined && !isConfidential(client)) return;
  // Also where it has keys instead: those prove it at the OAuth endpoints alone.
  if (given === undefined) {
    throw new Refusal(
      "NotAuthorizedException",
      `Client ${client.id} is configured with secret but SECRET_HASH was not received`,
    );
  }
  if (!(await matchesSecretHash(given, await clientSecrets(call, client), names, client.id))) {
    throw new Refusal("NotAuthorizedException", `Unable to verify secret hash for client ${client.id}`);
  }
}

/**
 * Whether a secret given in clear is the client's (GetTokensFromRefreshToken, RevokeToken, client_secret_basic and _post).
 * A public client has none and is content without one; one that proves itself by keys is not.
 */
export async function checkClientSecret(
  call: Call,
  client: Pick<Client, "id" | "secrets" | "settings">,
  given: string | undefined,
): Promise<boolean> {
  if (given === undefined) return !isConfidential(client);
  const secrets = await clientSecrets(call, client);
  // Every secret is compared, so that time does not tell which one fits.
  return secrets.map((secret) => equalText(secret, given)).includes(true);
}
