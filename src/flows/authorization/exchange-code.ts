import type { Call } from "../../call.ts";
import { isOpenIdConformant } from "../../directory/pool.ts";
import { revokeReplayed } from "../../directory/sessions.ts";
import { equalText } from "../../lib/constant-time.ts";
import { toBase64Url, utf8 } from "../../lib/encoding.ts";
import { sha256 } from "../../lib/hash.ts";
import { Refusal } from "../../lib/refusal.ts";
import { canRead } from "../../mechanisms/attributes/permissions.ts";
import type { AuthenticatedClient } from "./client/authenticate-client.ts";
import { type CodeGrant, openCode } from "./authorization-code.ts";
import type { Possession } from "./client/dpop-proof.ts";
import { type GrantedTokens, redeem } from "./redeem.ts";

/** What a client presents for tokens. */
export interface Redemption {
  code: string;
  redirectUri: string | undefined;
  verifier: string | undefined;
  /** RFC 8707 §2.2: what was asked for, once more. */
  resource: string | undefined;
  /** Of the key that the access token is to be bound to (RFC 9449 §5). */
  possession: Possession | undefined;
}

const refuse = (reason: string): Refusal => new Refusal("invalid_grant", "", { reason });

/**
 * Tokens for an authorization code (RFC 6749 §4.1.3). Two hops. A code that comes again ends the session that it gave,
 * even while that is being opened (§4.1.2).
 * @throws Refusal unauthorized_client, invalid_grant, invalid_target, invalid_dpop_proof, UnexpectedLambdaException
 */
export async function exchangeCode(
  call: Call,
  { client, pool }: AuthenticatedClient,
  redemption: Redemption,
): Promise<GrantedTokens> {
  const { settings } = client;
  const { possession } = redemption;
  if (!settings.AllowedOAuthFlowsUserPoolClient || !settings.AllowedOAuthFlows?.includes("code")) {
    throw new Refusal("unauthorized_client", "The authorization code grant is not enabled for the client.");
  }
  const grant = await openCode(call, client, redemption.code);
  if (!grant || grant.expiresAt <= call.now) throw refuse("foreign or expired code");
  if (grant.redirectUri !== redemption.redirectUri) {
    // Amazon Cognito: token endpoint; RFC 6749 §5.2 has invalid_grant for it.
    if (isOpenIdConformant(pool.settings)) throw refuse("redirect_uri differs");
    throw new Refusal("unauthorized_client", "invalid_redirect");
  }
  // Who took an address away from a client may have done so because others read there.
  if (!settings.CallbackURLs?.includes(grant.redirectUri)) throw refuse("redirect_uri is registered no more");
  await checkPossession(grant, redemption);
  if (!isOpenIdConformant(pool.settings)) checkReadable({ client, pool }, grant.scope.split(" "));

  const tokens = await redeem(call, { client, pool }, { ...grant, kind: "code" }, possession);
  if (!tokens) {
    await call.db.batch([...revokeReplayed(call.db, pool.id, grant.session, grant.expiresAt)]);
    call.log("code-replay", { session: grant.session, sub: grant.sub });
    throw refuse("replay");
  }
  return tokens;
}

/** Refuses whoever is not the one that the code was made for. Nothing is spent yet, so a thief spoils nothing. */
async function checkPossession(grant: CodeGrant, { verifier, resource, possession }: Redemption): Promise<void> {
  // RFC 9700 §4.8.2: a verifier without a challenge means that the challenge was taken away on the way.
  if ((grant.challenge === undefined) !== (verifier === undefined))
    throw refuse("verifier and challenge do not belong");
  if (grant.challenge !== undefined && verifier !== undefined) {
    if (!/^[\w.~-]{43,128}$/.test(verifier)) throw refuse("malformed verifier");
    const challenge = toBase64Url(await sha256(utf8(verifier)));
    if (!equalText(challenge, grant.challenge)) throw refuse("wrong verifier");
  }
  if (grant.jkt !== undefined && grant.jkt !== possession?.jkt) throw refuse("bound to another key");
  if (resource !== undefined && resource !== grant.terms.resource) {
    throw new Refusal("invalid_target", "resource differs from that of the authorization request.");
  }
}

/** What comes in pairs: an address, and whether it was verified. */
const PAIRS: ReadonlyMap<string, readonly string[]> = new Map([
  ["email", ["email", "email_verified"]],
  ["phone", ["phone_number", "phone_number_verified"]],
]);

/**
 * Amazon Cognito: token endpoint, `invalid_grant`. A client that reads one of a pair and not the other is given nothing for
 * their scope; of `profile` it is shown what it may read.
 */
function checkReadable({ client, pool }: AuthenticatedClient, scopes: readonly string[]): void {
  const hidden = scopes.find((scope) => PAIRS.get(scope)?.some((name) => !canRead(pool, client, name)));
  if (hidden === undefined) return;
  throw new Refusal("invalid_grant", `The client may not read every attribute of the scope ${hidden}.`);
}
