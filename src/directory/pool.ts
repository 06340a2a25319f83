import type {
  CreateUserPoolDomainCommandInput,
  SchemaAttributeType,
  UpdateUserPoolCommandInput,
  UpdateUserPoolClientCommandInput,
  CreateUserPoolCommandInput,
  UserPoolMfaType,
  WebAuthnConfigurationType,
} from "@aws-sdk/client-cognito-identity-provider";

/**
 * The configuration of a pool: a document in Cognito's own words, because it is accepted, kept and described back as one.
 * Members that were never sent are absent; `with defaults` is a matter of who reads them.
 */
export type PoolSettings = Omit<UpdateUserPoolCommandInput, "UserPoolId" | "PoolName" | "UserPoolTags"> &
  Pick<CreateUserPoolCommandInput, "AliasAttributes" | "UsernameAttributes" | "UsernameConfiguration"> & {
    /** Set by SetUserPoolMfaConfig and kept by UpdateUserPool. */
    mfa?: {
      softwareToken?: boolean;
      email?: { Message?: string; Subject?: string };
      webAuthn?: WebAuthnConfigurationType;
      mode?: UserPoolMfaType;
    };
  };

/** The configuration of an app client, in Cognito's words. */
export type ClientSettings = Omit<UpdateUserPoolClientCommandInput, "UserPoolId" | "ClientId" | "ClientName">;

/** The configuration of a domain, in Cognito's words. */
export type DomainSettings = Omit<CreateUserPoolDomainCommandInput, "UserPoolId" | "Domain">;

/** One attribute of a pool's schema with its full name (`email`, `custom:team`, `dev:custom:score`). */
export type Attribute = SchemaAttributeType & { Name: string };

/** Whether a second factor is off, offered or demanded: as SetUserPoolMfaConfig said, else as the pool's own setting says. */
export const mfaMode = (settings: PoolSettings): UserPoolMfaType =>
  settings.mfa?.mode ?? settings.MfaConfiguration ?? "OFF";
