/**
 * COSE algorithms that are asked for and taken, the preferred one first (RFC 9053 §2.1, RFC 8812 §2): ES256 and RS256.
 */
export const ALGORITHMS = [-7, -257] as const;
