import type {
  AuthFactorType,
  CreateUserPoolDomainCommandInput,
  EmailMfaConfigType,
  SchemaAttributeType,
  UpdateUserPoolCommandInput,
  UpdateUserPoolClientCommandInput,
  CreateUserPoolCommandInput,
  UserPoolMfaType,
  UserSessionTrackingType,
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
      /** False where the pool sends SMS, but not as a factor; else they are one wherever it can send them. */
      sms?: boolean;
      softwareToken?: boolean;
      email?: EmailMfaConfigType;
      webAuthn?: WebAuthnConfigurationType;
    };
    /** Set by SetUserPoolSessionConfiguration and kept by UpdateUserPool. */
    sessions?: {
      tracking?: UserSessionTrackingType;
      /** Token sessions that a user may have at once. */
      maxPerUser?: number;
      /** The largest `browserMinutes` of the pool's clients; kept by SetUserPoolClientSessionConfiguration. */
      longestBrowserMinutes?: number;
    };
    OAuthConfiguration?: {
      /** Whose way is followed where Cognito and the OpenID standards differ and both cannot be had; Cognito's unless set. */
      Conformance?: "COGNITO" | "OPENID";
    };
  };

/** The configuration of an app client, in Cognito's words. */
export type ClientSettings = Omit<UpdateUserPoolClientCommandInput, "UserPoolId" | "ClientId" | "ClientName"> & {
  OAuthConfiguration?: ClientOAuth;
  /** Set by SetUserPoolClientSessionConfiguration and kept by UpdateUserPoolClient. */
  sessions?: {
    /** Minutes after a sign-in for which it takes the browser session of that without asking; 0 for never. */
    browserMinutes?: number;
  };
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

/**
 * What the pool lets its users begin a sign-in with (Amazon Cognito API: SignInPolicyType): a password alone unless it
 * says more.
 */
export const allowedFirstFactors = ({ Policies }: PoolSettings): readonly AuthFactorType[] =>
  Policies?.SignInPolicy?.AllowedFirstAuthFactors ?? ["PASSWORD"];

/** Whether a second factor is off, offered or demanded. */
export const mfaMode = (settings: PoolSettings): UserPoolMfaType => settings.MfaConfiguration ?? "OFF";
