import type {
  ListWebAuthnCredentialsCommandInput,
  ListWebAuthnCredentialsCommandOutput,
} from "@aws-sdk/client-cognito-identity-provider";
import { listPasskeys, MOST_PASSKEYS } from "../../directory/passkeys.ts";
import { withAccessToken } from "../operation.ts";
import { cutPage, openPageToken, pageSize, sealPageToken } from "../page-token.ts";

/** Amazon Cognito API: ListWebAuthnCredentials. Oldest first; those for a former relying party id, too. */
export const ListWebAuthnCredentials = withAccessToken<
  ListWebAuthnCredentialsCommandInput,
  ListWebAuthnCredentialsCommandOutput
>(async (call, { MaxResults, NextToken }, { pool, user }) => {
  const question = ["ListWebAuthnCredentials", pool.id, user.sub];
  const [createdAt, id] = (await openPageToken<readonly [number, string]>(call, question, NextToken)) ?? [];
  const after = createdAt !== undefined && id !== undefined ? { createdAt, id } : undefined;
  const size = pageSize(MaxResults, MOST_PASSKEYS);
  const { page, last } = cutPage(await listPasskeys(call.db, pool.id, user.sub, size + 1, after), size);
  return {
    Credentials: page.map((passkey) => ({
      CredentialId: passkey.id,
      FriendlyCredentialName: passkey.name,
      RelyingPartyId: passkey.relyingPartyId,
      ...(passkey.attachment !== null && { AuthenticatorAttachment: passkey.attachment }),
      AuthenticatorTransports: passkey.transports,
      CreatedAt: new Date(passkey.createdAt),
    })),
    ...(last && { NextToken: await sealPageToken(call, question, [last.createdAt, last.id]) }),
  };
});
