import type { Call } from "../../../call.ts";
import { type Client, findClient } from "../../../directory/clients.ts";
import { isOpenIdConformant } from "../../../directory/pool.ts";
import type { Pool } from "../../../directory/pools.ts";
import { fromBase64, fromUtf8 } from "../../../lib/encoding.ts";
import { percentDecode } from "../../../lib/form.ts";
import type { Keyring } from "../../../lib/keyring.ts";
import { randomClientSecret } from "../../../lib/random.ts";
import { Refusal } from "../../../lib/refusal.ts";
import { checkClientSecret, type ClientSecret, sealClientSecret } from "../../client-secrets.ts";
import { poolOfHost } from "../../pool-of-host.ts";
import { ASSERTION_TYPE, checkAssertion, clientOfAssertion } from "./client-assertion.ts";

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
  clientAssertionType: string | undefined;
}

/** How a confidential client proves itself (OpenID Connect Core 1.0 §9). A public one only says its id: `none`. */
export const CONFIDENTIAL_METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"] as const;

/** What a client id looks like (Amazon Cognito API: ClientIdType). Nothing else is asked for. */
const CLIENT_ID = /^[\w+]{1,128}$/;

const malformed = (message: string): Refusal => new Refusal("invalid_request", message);

/** Amazon Cognito has 400 at its token endpoint; RFC 6749 §5.2 has 401. */
const failed = (reason: string, pool: Pool | undefined): Refusal =>
  new Refusal("invalid_client", "Client authentication failed.", {
    reason,
    status: pool && isOpenIdConformant(pool.settings) ? 401 : 400,
  });

/**
 * The client of a request to one of the endpoints of RFC 6749, 7009, 7662 and 9126. An unknown client is refused in the
 * words of a wrong secret, and for the work. No hop while client and pool are known; one for an assertion, which is spent.
 * @param host where the request arrived: at a pool's own domain, clients of other pools are unknown
 * @throws Refusal invalid_request, invalid_client
 */
export async function authenticateClient(call: Call, presented: Presented, host: string): Promise<AuthenticatedClient> {
  const credentials = readCredentials(presented);
  const [found, pool] = await Promise.all([
    "id" in credentials && CLIENT_ID.test(credentials.id) ? findClient(call.db, credentials.id, call.now) : undefined,
    poolOfHost(call, host),
  ]);
  if ("fault" in credentials) throw failed(credentials.fault, pool);
  const known = found && (!pool || pool.id === found.pool.id) ? found : undefined;
  const fault =
    "assertion" in credentials
      ? known && (await checkAssertion(call, known, credentials.assertion))
      : await checkSecret(call, known?.client, credentials.secret);
  if (!known) throw failed("unknown client", pool);
  if (fault !== undefined) throw failed(fault, known.pool);
  return known;
}

async function checkSecret(call: Call, client: Client | undefined, secret: string | undefined) {
  const proved = await checkClientSecret(call, client ?? (await decoy(call)), secret);
  return proved ? undefined : "wrong or missing secret";
}

/** An id with what is to prove it, or why no client can be proved by what was sent. */
type Credentials = { id: string; secret: string | undefined } | { id: string; assertion: string } | { fault: string };

/**
 * What a request presents (RFC 6749 §2.3.1, RFC 7521 §4.2). One method only (RFC 6749 §2.3), and where an id is sent beside
 * it, it must be the same: otherwise what checks the one and what logs the other would not speak of the same client.
 */
function readCredentials(presented: Presented): Credentials {
  const { authorization, clientId, clientSecret, clientAssertion, clientAssertionType } = presented;
  const methods = [authorization, clientSecret, clientAssertion ?? clientAssertionType];
  if (methods.filter((each) => each !== undefined).length > 1) {
    throw malformed("Only one method of client authentication may be used.");
  }
  if (clientAssertion !== undefined) {
    if (clientAssertionType !== ASSERTION_TYPE) return { fault: "unknown type of assertion" };
    const id = clientOfAssertion(clientAssertion);
    if (id === undefined) return { fault: "malformed assertion" };
    if (clientId !== undefined && clientId !== id) return { fault: "client_id contradicts the assertion" };
    return { id, assertion: clientAssertion };
  }
  if (clientAssertionType !== undefined) throw malformed("client_assertion is missing.");
  if (authorization === undefined) {
    if (clientId === undefined) throw malformed("client_id is missing.");
    return { id: clientId, secret: clientSecret };
  }
  const basic = readBasic(authorization);
  if (basic === undefined) return { fault: "unsupported scheme" };
  if (clientId !== undefined && clientId !== basic.id) throw malformed("client_id contradicts the header.");
  return basic;
}

/**
 * RFC 7617 §2, with both halves percent-decoded (RFC 6749 §2.3.1). A plus sign stays one: ids and secrets may hold it and
 * never a space, and many clients do not encode them at all. An empty secret is none (RFC 6749 §2.3.1).
 * @returns undefined for another scheme
 */
function readBasic(authorization: string): { id: string; secret: string | undefined } | undefined {
  const [, scheme = "", encoded = ""] = /^(\S+) +(\S+)$/.exec(authorization) ?? [];
  if (scheme !== "" && scheme.toLowerCase() !== "basic") return undefined;
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
async function decoy(call: Call): Promise<Pick<Client, "id" | "secrets" | "settings">> {
  const id = "decoy";
  let secret = decoys.get(call.keyring);
  if (!secret) decoys.set(call.keyring, (secret = sealClientSecret(call, id, randomClientSecret())));
  return { id, secrets: [await secret], settings: {} };
}
