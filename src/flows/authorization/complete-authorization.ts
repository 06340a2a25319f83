import type { Call } from "../../call.ts";
import type { SessionTerms } from "../../directory/session-terms.ts";
import type { LiveSession } from "../browser-session.ts";
import { issueTokens, newSession, type Tokens } from "../issue-tokens.ts";
import { whileUnchanged } from "../while-unchanged.ts";
import { acrOf } from "./authentication-level.ts";
import { CODE_LIFETIME, sealCode } from "./authorization-code.ts";
import type { AuthorizationRequest } from "./request/authorization-request.ts";
import { AuthorizationError, type AuthorizationResponse, respond } from "./authorization-response.ts";
import { answerPushed } from "./request/pushed-request.ts";

/**
 * What a client is given for a person who is signed in: a code, tokens, or both (RFC 6749 §4.1.2, §4.2.2; OpenID
 * Connect Core 1.0 §3.3.2.5). A code alone costs no hop.
 * @throws AuthorizationError unmet_authentication_requirements; login_required for another person than the client
 *   expects, invalid_request for a pushed request that was answered meanwhile; Refusal UnexpectedLambdaException
 */
export async function completeAuthorization(
  call: Call,
  request: AuthorizationRequest,
  live: LiveSession,
): Promise<AuthorizationResponse> {
  const { client, pool, target, wanted, hinted, pushed } = request;
  // OpenID Connect Core 1.0 §3.1.2.1, id_token_hint
  if (hinted && hinted.sub !== live.user.sub) {
    throw new AuthorizationError(target, "login_required", "", "not the user of id_token_hint");
  }
  // Spent before anything is given for it.
  if (pushed && !(await answerPushed(call, pushed))) {
    throw new AuthorizationError(target, "invalid_request", "The pushed request was answered before.");
  }
  const acr = acrOf(pool, live.session.amr);
  // OpenID Connect Core 1.0 §5.5.1.1: whoever could not prove as much is not let in at all.
  if (request.acr && !request.acr.includes(acr)) {
    throw new AuthorizationError(target, "unmet_authentication_requirements", "");
  }
  const terms: SessionTerms = {
    amr: live.session.amr,
    acr,
    ...(request.resource !== undefined && { resource: request.resource }),
    ...(request.claims && { claims: request.claims }),
  };
  const code = wanted.code
    ? await sealCode(call, client, {
        session: crypto.randomUUID(),
        shard: call.newShard(),
        sub: live.user.sub,
        browserSession: live.session.id,
        authTime: live.session.authTime,
        redirectUri: target.redirectUri,
        scope: request.scopes.join(" "),
        terms,
        nonce: request.nonce,
        challenge: request.challenge,
        jkt: request.jkt,
        expiresAt: call.now + CODE_LIFETIME,
      })
    : undefined;
  const tokens = wanted.token || wanted.idToken ? await mint(call, request, live, terms, code) : undefined;
  return respond(target, [
    ...(code === undefined ? [] : [["code", code] as [string, string]]),
    ...(tokens ? tokenParameters(request, tokens) : []),
  ]);
}

/** Tokens that leave in the address: never a refresh token. */
async function mint(
  call: Call,
  { client, pool, scopes, nonce, wanted, target }: AuthorizationRequest,
  { user, groups, session: browser }: LiveSession,
  terms: SessionTerms,
  code: string | undefined,
): Promise<Tokens> {
  const bearer = { client, pool, user, groups };
  const { authTime, id: browserSession } = browser;
  const { session, statements } = await newSession(call, bearer, {
    scope: scopes.join(" "),
    authTime,
    browserSession,
    terms,
  });
  if (!(await whileUnchanged(call, user, (revision) => call.db.batch(statements(revision))))) {
    throw new AuthorizationError(target, "server_error", "", "the user changed meanwhile");
  }
  const minting = { nonce, code, withAccessToken: wanted.token };
  return issueTokens(call, bearer, session, "TokenGeneration_HostedAuth", minting);
}

/** In the order of Amazon Cognito's, whose `token` brings the ID token, too, where openid was asked for. */
function tokenParameters({ wanted, scopes }: AuthorizationRequest, tokens: Tokens): [string, string][] {
  const withIdToken = wanted.idToken || (wanted.token && !wanted.code && scopes.includes("openid"));
  return [
    ...(withIdToken ? [["id_token", tokens.idToken] as [string, string]] : []),
    ...(wanted.token
      ? ([
          ["access_token", tokens.accessToken],
          ["token_type", "bearer"],
          ["expires_in", String(tokens.expiresIn)],
        ] as [string, string][])
      : []),
  ];
}
