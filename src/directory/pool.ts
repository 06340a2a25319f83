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
    OAuthConfiguration?: {
      /** Whose way is followed where Cognito and the OpenID standards differ and both cannot be had; Cognito's unless set. */
      Conformance?: "COGNITO" | "OPENID";
    };
  };

/** The configuration of an app client, in Cognito's words. */
export type ClientSettings = Omit<UpdateUserPoolClientCommandInput, "UserPoolId" | "ClientId" | "ClientName"> & {
  OAuthConfiguration?: ClientOAuth;
};

/** What standards let a client register and Cognito does not know (OpenID Connect Dynamic Client Registration 1.0 §2). */
export interface ClientOAuth {
  /** Where it is told that a browser session has ended (OpenID Connect Back-Channel Logout 1.0 §2.2). */
  BackchannelLogoutURI?: string;
  /** A JWK set as JSON: the client proves itself by a signature, `private_key_jwt`. */
  Jwks?: string;
  /** Where such a set is fetched. */
  JwksURI?: string;
  /** Refuses to give it tokens that are bound to no key (RFC 9449 §5.2). */
  RequireDPoP?: boolean;
  /** Refuses authorization without a code challenge (RFC 7636). */
  RequirePKCE?: boolean;
  /** Refuses authorization requests that were not pushed (RFC 9126 §6). */
  RequirePushedAuthorizationRequests?: boolean;
}

/** The configuration of a domain, in Cognito's words. */
export type DomainSettings = Omit<CreateUserPoolDomainCommandInput, "UserPoolId" | "Domain">;

/** One attribute of a pool's schema with its full name (`email`, `custom:team`, `dev:custom:score`). */
export type Attribute = SchemaAttributeType & { Name: string };

/** Whether a pool keeps to the OpenID standards where Cognito differs. */
export const isOpenIdConformant = (settings: PoolSettings): boolean =>
  settings.OAuthConfiguration?.Conformance === "OPENID";

/** Whether a second factor is off, offered or demanded: as SetUserPoolMfaConfig said, else as the pool's own setting says. */
export const mfaMode = (settings: PoolSettings): UserPoolMfaType =>
  settings.mfa?.mode ?? settings.MfaConfiguration ?? "OFF";
