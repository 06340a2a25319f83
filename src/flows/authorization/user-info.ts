import type { Call } from "../../call.ts";
import { isOpenIdConformant } from "../../directory/pool.ts";
import { Refusal } from "../../lib/refusal.ts";
import { readable } from "../../mechanisms/attributes/permissions.ts";
import { claimOf } from "../../mechanisms/tokens/claims.ts";
import { attributesOfScopes } from "../../mechanisms/tokens/scope-claims.ts";
import { poolOfHost } from "../pool-of-host.ts";
import { MissingScope, type SignedIn, signedIn } from "../signed-in.ts";
import type { Possession } from "./client/dpop-proof.ts";

/**
 * What the client of an access token may know of its user (OpenID Connect Core 1.0 §5.3; Amazon Cognito: userInfo endpoint).
 * One hop while client, pool and domain are known.
 * @param possession of the key that the token is bound to; spent here, for a token that counts for it (RFC 9449 §7.1)
 * @param host where the request arrived: at a pool's own domain, tokens of other pools do not count
 * @throws Refusal invalid_token, insufficient_scope, invalid_dpop_proof
 */
export async function userInfo(
  call: Call,
  token: string,
  { possession, host }: { possession?: Possession | undefined; host: string },
): Promise<Record<string, unknown>> {
  const [self, pool] = await Promise.all([
    signedIn(call, token, {
      scope: "openid",
      boundTo: possession?.jkt,
      spend: possession && (() => possession.spend()),
    }).catch(asRefusalOfToken),
    poolOfHost(call, host),
  ]);
  if (pool && pool.id !== self.pool.id) throw invalidToken("token of another pool than the domain's");
  return claimsOf(self);
}

/** Everything by which a token does not count is said in one breath, in the words of the Amazon Cognito userInfo endpoint. */
const invalidToken = (reason: string): Refusal =>
  new Refusal("invalid_token", "Access token is expired, disabled, or deleted, or the user has globally signed out.", {
    reason,
  });

function asRefusalOfToken(thrown: unknown): never {
  if (!(thrown instanceof Refusal) || thrown.name === "invalid_dpop_proof") throw thrown;
  if (!(thrown instanceof MissingScope)) throw invalidToken(thrown.reason ?? thrown.message);
  // RFC 6750 §3.1; Amazon Cognito calls the token invalid.
  const error = isOpenIdConformant(thrown.pool.settings) ? "insufficient_scope" : "invalid_token";
  throw new Refusal(error, "Access token does not contain openid scope");
}

/**
 * Amazon Cognito shows attributes as they are kept, all of them text. The standard has a form for some, no empty ones, and
 * for `openid` alone nothing but `sub`: what signs a person in by name is told there with the profile.
 */
function claimsOf({ pool, client, user, scopes, terms }: SignedIn): Record<string, unknown> {
  const { sub, username } = user;
  const also = terms?.claims?.userinfo;
  const attributes = readable(pool, client, user);
  if (!isOpenIdConformant(pool.settings)) {
    return { sub, ...attributesOfScopes(scopes, attributes, { alone: "all", also }), username };
  }
  const shown = Object.entries(attributesOfScopes(scopes, attributes, { alone: "none", also }));
  const claims = shown.filter(([, value]) => value.trim() !== "").map(([name, value]) => [name, claimOf(name, value)]);
  const isNamed = scopes.includes("profile") || also?.includes("username");
  return { sub, ...(Object.fromEntries(claims) as object), ...(isNamed && { username }) };
}
