/** Names of claims that a request asked for by themselves (OpenID Connect Core 1.0 §5.5), by where they are to be. */
export interface RequestedClaims {
  idToken: string[];
  userinfo: string[];
}

/** What an authorization at the pages fixed for every token of its family, beside the scope. */
export interface SessionTerms {
  /** How the user proved themselves (RFC 8176). */
  amr: string[];
  /** The level that was reached, as the pool names it. */
  acr: string;
  /** Audience of the access tokens (RFC 8707). */
  resource?: string;
  claims?: RequestedClaims;
  /** Thumbprint of the key that the refresh tokens of a public client are bound to (RFC 9449 §5). */
  jkt?: string;
}
