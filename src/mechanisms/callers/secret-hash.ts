import { equalText } from "../../lib/constant-time.ts";
import { toBase64, utf8 } from "../../lib/encoding.ts";
import { hmacSha256 } from "../../lib/hash.ts";

/** SecretHash of the Amazon Cognito API: base64 of HMAC-SHA-256, keyed with the client secret, over username and client id. */
export async function secretHash(secret: string, username: string, clientId: string): Promise<string> {
  return toBase64(await hmacSha256(utf8(secret), utf8(username + clientId)));
}

/**
 * Whether a SecretHash was made with any of a client's secrets for any name of the user: the one that was sent and the real
 * username, as clients that signed in by an alias may use either. Every candidate is compared, whichever matches.
 */
export async function matchesSecretHash(
  given: string,
  secrets: readonly string[],
  usernames: readonly string[],
  clientId: string,
): Promise<boolean> {
  const candidates = secrets.flatMap((secret) => usernames.map((username) => secretHash(secret, username, clientId)));
  return (await Promise.all(candidates)).map((each) => equalText(each, given)).includes(true);
}
