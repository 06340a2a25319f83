import type { Call } from "../../call.ts";
import { type Client, findClient } from "../../directory/clients.ts";
import type { Pool } from "../../directory/pools.ts";
import { fromBase64, fromUtf8 } from "../../lib/encoding.ts";
import { percentDecode } from "../../lib/form.ts";
import type { Keyring } from "../../lib/keyring.ts";
import { randomClientSecret } from "../../lib/random.ts";
import { Refusal } from "../../lib/refusal.ts";
import { checkClientSecret, type ClientSecret, sealClientSecret } from "../client-secrets.ts";
import { poolOfHost } from "../pool-of-host.ts";

/** A client that has proved itself, or a public one that has named itself, and its pool. */
export interface AuthenticatedClient {
  client: Client;
  pool: Pool;
}

/** What a request says of its client, as sent: the header whole, fields of the form decoded. */
export interface Presented {
  authorization: string | undefined;
  clientId: string | undefined;
  clientSecret: string | undefined;
  clientAssertion: string | undefined;
}

/** How a confidential client proves itself (OpenID Connect Core 1.0 §9). A public one only says its id: `none`. */
export const CONFIDENTIAL_METHODS = ["client_secret_basic", "client_secret_post"] as const;

/** What a client id looks like (Amazon Cognito API: ClientIdType). Nothing else is asked for. */
const CLIENT_ID = /^[\w+]{1,128}$/;

const malformed = (message: string): Refusal => new Refusal("invalid_request", message);
const failed = (reason: string): Refusal => new Refusal("invalid_client", "Client authentication failed.", { reason });

/**
 * The client of a request to one of the endpoints of RFC 6749, 7009 and 7662. An unknown client is refused in the words,
 * and for the work, of a wrong secret.
 * @param host where the request arrived: at a pool's own domain, clients of other pools are unknown
 * @throws Refusal invalid_request, invalid_client
 */
export async function authenticateClient(call: Call, presented: Presented, host: string): Promise<AuthenticatedClient> {
  const { id, secret } = readCredentials(presented);
  const [found, pool] = await Promise.all([
    CLIENT_ID.test(id) ? findClient(call.db, id, call.now) : undefined,
    poolOfHost(call, host),
  ]);
  const known = found && (!pool || pool.id === found.pool.id) ? found : undefined;
  const proved = await checkClientSecret(call, known?.client ?? (await decoy(call)), secret);
  if (!known) throw failed("unknown client");
  if (!proved) throw failed("wrong secret");
  return known;
}

/**
 * The id and secret in a request (RFC 6749 §2.3.1). One method only (§2.3), and where an id is sent beside the header it
 * must be the same: otherwise what checks the one and what logs the other would not speak of the same client.
 */
function readCredentials(presented: Presented): { id: string; secret: string | undefined } {
  const { authorization, clientId, clientSecret, clientAssertion } = presented;
  const methods = [authorization, clientSecret, clientAssertion].filter((each) => each !== undefined);
  if (methods.length > 1) throw malformed("Only one method of client authentication may be used.");
  if (clientAssertion !== undefined) throw failed("client assertion");
  if (authorization === undefined) {
    if (clientId === undefined) throw malformed("client_id is missing.");
    return { id: clientId, secret: clientSecret };
  }
  const basic = readBasic(authorization);
  if (clientId !== undefined && clientId !== basic.id) throw malformed("client_id contradicts the header.");
  return basic;
}

/**
 * RFC 7617 §2, with both halves percent-decoded (RFC 6749 §2.3.1). A plus sign stays one: ids and secrets may hold it and
 * never a space, and many clients do not encode them at all. An empty secret is none (RFC 6749 §2.3.1).
 */
function readBasic(authorization: string): { id: string; secret: string | undefined } {
  const [, scheme = "", encoded = ""] = /^(\S+) +(\S+)$/.exec(authorization) ?? [];
  if (scheme !== "" && scheme.toLowerCase() !== "basic") throw failed("unsupported scheme");
  const bytes = fromBase64(encoded);
  const text = (bytes && fromUtf8(bytes)) ?? "";
  const colon = text.indexOf(":");
  const id = colon < 0 ? null : percentDecode(text.slice(0, colon));
  const secret = percentDecode(text.slice(colon + 1));
  if (id === null || id === "" || secret === null) throw malformed("The Authorization header is malformed.");
  return { id, secret: secret === "" ? undefined : secret };
}

const decoys = new WeakMap<Keyring, Promise<ClientSecret>>();

/** A confidential client whose secret nobody has, to compare with where there is no client. */
async function decoy(call: Call): Promise<Pick<Client, "id" | "secrets">> {
  const id = "decoy";
  let secret = decoys.get(call.keyring);
  if (!secret) decoys.set(call.keyring, (secret = sealClientSecret(call, id, randomClientSecret())));
  return { id, secrets: [await secret] };
}
