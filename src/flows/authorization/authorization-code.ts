import type { Call } from "../../call.ts";
import type { Client } from "../../directory/clients.ts";
import type { SessionTerms } from "../../directory/session-terms.ts";

/** What a code stands for. It travels sealed inside the code, so that giving one writes nothing. */
export interface CodeGrant {
  /** Id of the session that the code gives, chosen beforehand: a replay ends it by this name. */
  session: string;
  /** Where it is marked as spent. */
  shard: string;
  sub: string;
  browserSession: string;
  /** Seconds since 1970. */
  authTime: number;
  redirectUri: string;
  scope: string;
  terms: SessionTerms;
  nonce?: string | undefined;
  /** PKCE, S256. */
  challenge?: string | undefined;
  /** Thumbprint of the only key that may redeem it (RFC 9449 §10). */
  jkt?: string | undefined;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Milliseconds (Amazon Cognito: authorize endpoint; RFC 6749 §4.1.2 allows ten minutes). */
export const CODE_LIFETIME = 5 * 60_000;

const PURPOSE = "authorization-code";

/** A code opens only for the client it was made for (RFC 6749 §4.1.3). */
const boundTo = (client: Client): string => JSON.stringify([client.poolId, client.id]);

export const sealCode = (call: Call, client: Client, grant: CodeGrant): Promise<string> =>
  call.keyring.sealJson(PURPOSE, grant, boundTo(client));

/** @returns what the code stands for, or null when it is foreign, altered, or another client's */
export const openCode = (call: Call, client: Client, code: string): Promise<CodeGrant | null> =>
  call.keyring.openJson(PURPOSE, code, boundTo(client));
