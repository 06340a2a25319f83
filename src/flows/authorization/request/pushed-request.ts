import { type Call, isShard } from "../../../call.ts";
import type { Client } from "../../../directory/clients.ts";
import { toBase64Url } from "../../../lib/encoding.ts";
import { Refusal } from "../../../lib/refusal.ts";
import type { Parameters } from "./parameters.ts";

/** RFC 9126 §2.2 */
export const PUSHED = "urn:ietf:params:oauth:request_uri:";

/** Where a pushed request is remembered. */
export interface Pushed {
  shard: string;
  id: string;
}

const REFERENCE = /^([^.]+)\.([\w-]{43})$/;

/** Milliseconds within which a pushed request must be used (RFC 9126 §2.2), and that a person then has to sign in, or up. */
export const PUSHED_LIFETIME = 90_000;
const SIGN_IN_TIME = 30 * 60_000;

/** What is remembered of a pushed request. */
interface Content {
  clientId: string;
  parameters: Parameters;
}

/** Chooses where a request that is being pushed will be remembered: an id that nobody can guess (RFC 9126 §7.1). */
export const newPushed = (call: Call): Pushed => ({
  shard: call.newShard(),
  id: toBase64Url(crypto.getRandomValues(new Uint8Array(32))),
});

/** Remembers a pushed request. One hop. @returns its `request_uri` */
export async function rememberPushed(
  call: Call,
  client: Client,
  { shard, id }: Pushed,
  parameters: Parameters,
): Promise<string> {
  const content: Content = { clientId: client.id, parameters };
  await call.meter.trip(() => call.requests(shard).remember(id, JSON.stringify(content), call.now + PUSHED_LIFETIME));
  return `${PUSHED}${shard}.${id}`;
}

/**
 * The request behind a `request_uri`, for the client that pushed it. It may be asked for again until it is answered, since
 * people reload pages, and each page of a sign-in asks for it (RFC 9126 §4). One hop.
 * @throws Refusal invalid_request, for a page of ours: where an answer may go stands in the request
 */
export async function pushedRequest(
  call: Call,
  client: Client,
  requestUri: string,
): Promise<{ pushed: Pushed; parameters: Parameters }> {
  const refuse = (reason: string) =>
    new Refusal("invalid_request", "request_uri is not valid.", { reason, status: 400 });
  const [, shard, id] = REFERENCE.exec(requestUri.slice(PUSHED.length)) ?? [];
  if (shard === undefined || id === undefined || !isShard(shard)) throw refuse("malformed");
  const found = await call.meter.trip(() => call.requests(shard).open(id, call.now, call.now + SIGN_IN_TIME));
  if (!found || found.expiresAt <= call.now) throw refuse("expired or unknown");
  const { clientId, parameters } = JSON.parse(found.content) as Content;
  if (clientId !== client.id) throw refuse("pushed by another client");
  if (found.outcome !== null) throw refuse("answered");
  return { pushed: { shard, id }, parameters };
}

/** Ends a pushed request with its answer. @returns true for exactly one caller */
export const answerPushed = (call: Call, { shard, id }: Pushed): Promise<boolean> =>
  call.meter.trip(() => call.requests(shard).decide(id, "answered"));
