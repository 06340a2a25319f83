import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { z } from "zod";

/**
 * Characters of a credential id, which has 1023 bytes at most (Web Authentication Level 3 §4, credential ID; §7.1, step
 * 25).
 */
const LONGEST_ID = 1_364;

/**
 * Characters of any other part. The largest that is taken, an attestation object with an RSA key, has about a thousand.
 */
const LONGEST_PART = 16_384;

const MOST_TRANSPORTS = 10;

/**
 * Only what is read, so that nothing else that a stranger sends reaches the library. Built on first use: schemas are
 * slow to build. What clients are told to ignore where they do not know it is ignored here, too.
 */
const buildSchemas = () => {
  const part = z.base64url().min(1).max(LONGEST_PART);
  const id = z.base64url().min(1).max(LONGEST_ID);
  const credential = { id, rawId: id, type: z.literal("public-key") };
  return {
    registration: z.object({
      ...credential,
      response: z.object({
        clientDataJSON: part,
        attestationObject: part,
        transports: z
          .array(z.string().regex(/^[a-z0-9-]{1,32}$/))
          .max(MOST_TRANSPORTS)
          .optional()
          .catch(undefined),
      }),
      authenticatorAttachment: z.enum(["platform", "cross-platform"]).optional().catch(undefined),
    }),
    assertion: z.object({
      ...credential,
      response: z.object({
        clientDataJSON: part,
        authenticatorData: part,
        signature: part,
        userHandle: z.base64url().max(LONGEST_PART).nullish(),
      }),
    }),
  };
};
let schemas: ReturnType<typeof buildSchemas> | undefined;

/**
 * A new credential as a browser's `toJSON` gives it (Web Authentication Level 3 §5.1, RegistrationResponseJSON).
 * @returns undefined for anything else
 */
export function readRegistration(document: unknown): RegistrationResponseJSON | undefined {
  schemas ??= buildSchemas();
  const { data } = schemas.registration.safeParse(document);
  if (!data || data.id !== data.rawId) return undefined;
  const { transports, ...response } = data.response;
  return {
    ...data,
    response: { ...response, ...(transports && { transports: [...new Set(transports)].toSorted() }) },
    clientExtensionResults: {},
  } as RegistrationResponseJSON;
}

/**
 * The proof of a credential, as JSON text (Web Authentication Level 3 §5.1, AuthenticationResponseJSON).
 * @returns undefined for anything else
 */
export function readAssertion(text: string): AuthenticationResponseJSON | undefined {
  schemas ??= buildSchemas();
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = schemas.assertion.safeParse(document);
  if (!data || data.id !== data.rawId) return undefined;
  const { userHandle, ...response } = data.response;
  return {
    ...data,
    response: { ...response, ...(userHandle && { userHandle }) },
    clientExtensionResults: {},
  };
}
