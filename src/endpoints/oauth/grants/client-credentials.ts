import { z } from "zod";
import { clientCredentials } from "../../../flows/authorization/client-credentials.ts";
import { tokenTypeOf } from "../../../flows/authorization/client/dpop-proof.ts";
import { Refusal } from "../../../lib/refusal.ts";
import type { Grant } from "./grant.ts";

const metadata = z.record(z.string(), z.string());

/** RFC 6749 §4.4. The scope is in the answer where it is not what was asked for (§5.1). */
export const clientCredentialsGrant: Grant = async (call, client, form, possession) => {
  // RFC 8707 §2.2. Amazon Cognito: resource binding is for tokens of people.
  if (form.has("resource")) throw new Refusal("invalid_target", "The grant has no resource.");
  const scopes = form
    .get("scope")
    ?.split(" ")
    .filter((scope) => scope !== "");
  const { accessToken, expiresIn, scope } = await clientCredentials(call, client, {
    scopes: scopes?.length ? scopes : undefined,
    clientMetadata: readMetadata(form.get("aws_client_metadata")),
    possession,
  });
  return {
    access_token: accessToken,
    expires_in: expiresIn,
    token_type: tokenTypeOf(possession),
    ...(scope !== scopes?.join(" ") && { scope }),
  };
};

/** A JSON object of texts, for the trigger. @throws Refusal invalid_request */
function readMetadata(text: string | undefined): Record<string, string> | undefined {
  if (text === undefined) return undefined;
  try {
    return metadata.parse(JSON.parse(text));
  } catch {
    throw new Refusal("invalid_request", "aws_client_metadata is not a JSON object of strings.");
  }
}
