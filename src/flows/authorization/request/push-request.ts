import type { Call } from "../../../call.ts";
import { Refusal } from "../../../lib/refusal.ts";
import type { AuthenticatedClient } from "../client/authenticate-client.ts";
import { checkMayAsk, readFor } from "./authorization-request.ts";
import type { Possession } from "../client/dpop-proof.ts";
import { only, type Parameters } from "./parameters.ts";
import { newPushed, PUSHED_LIFETIME, rememberPushed } from "./pushed-request.ts";

/** What a client proves itself with is no part of what it asks for, and is not kept. */
const CREDENTIALS = ["client_secret", "client_assertion", "client_assertion_type"];

/**
 * Characters of names and values together: hardly more fits into an address. Anybody can push for a public client, and what
 * they push is kept for minutes.
 */
const LONGEST = 16_384;

/**
 * Takes an authorization request that a client hands over itself, and checks it as the authorization endpoint would (RFC
 * 9126 §2.1). One hop.
 * @param possession of the key that the code is to be bound to (RFC 9449 §10.1)
 * @returns what the browser is sent with instead, and for how many seconds
 * @throws Refusal with the errors of the authorization endpoint, and invalid_dpop_proof
 */
export async function pushRequest(
  call: Call,
  { client, pool }: AuthenticatedClient,
  sent: Parameters,
  possession: Possession | undefined,
): Promise<{ requestUri: string; expiresIn: number }> {
  if (only(sent, "request_uri") !== undefined) {
    throw new Refusal("invalid_request", "request_uri cannot be pushed.");
  }
  checkMayAsk(client);
  const asked = sent.filter(([name]) => !CREDENTIALS.includes(name));
  if (asked.flat().join("").length > LONGEST) {
    throw new Refusal("invalid_request", `The request is limited to ${LONGEST} characters.`, { status: 413 });
  }
  const parameters = possession ? bindTo(asked, possession) : asked;
  const pushed = newPushed(call);
  await readFor(call, { client, pool }, parameters, pushed).catch(inWordsOfThisEndpoint);
  const [requestUri] = await Promise.all([rememberPushed(call, client, pushed, parameters), possession?.spend()]);
  return { requestUri, expiresIn: PUSHED_LIFETIME / 1000 };
}

/** RFC 9449 §10.1: as if `dpop_jkt` had been sent, which may be there too and then says the same. */
function bindTo(parameters: Parameters, { jkt }: Possession): Parameters {
  const named = only(parameters, "dpop_jkt");
  if (named === undefined) return [...parameters, ["dpop_jkt", jkt]];
  if (named === jkt) return parameters;
  throw new Refusal("invalid_dpop_proof", "dpop_jkt names another key than that of the proof.");
}

/** RFC 9126 §2.3: there is no page here to tell of an address that is not registered. */
function inWordsOfThisEndpoint(thrown: unknown): never {
  if (!(thrown instanceof Refusal) || thrown.name !== "redirect_mismatch") throw thrown;
  throw new Refusal("invalid_request", thrown.message, { cause: thrown });
}
