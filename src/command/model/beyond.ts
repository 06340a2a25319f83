import type { Shape } from "../../endpoints/aws/model/model.ts";

/** Where our contract says more than the published one of a service, and why. */
export interface Beyond {
  /** Shapes with names and limits that only documentation states. */
  shapes: Record<string, Shape>;
  /** `Structure.Member`, or `Member` in any structure, to the name of its shape. */
  members: Record<string, string>;
  /** Values that documentation names and the enumeration lacks. */
  enums: Record<string, string[]>;
  /** Structures that also take members of another one. */
  borrowed: Record<string, { from: string; members: string[] }>;
  /** Structures that take members which AWS knows nothing of, to the names of their shapes in `shapes`. */
  added: Record<string, Record<string, string>>;
  /** Operations whose credential is in the body although SDKs sign them. */
  unsigned: string[];
}

/** As the deployed service words it: inner spaces are allowed, where the published model says `[\S]+`. */
const password: Shape = { type: "string", max: 256, pattern: "^[\\S]+.*[\\S]+$", sensitive: true };

/** A label of a host name, as the published pattern of a prefix domain has it. */
const label = "[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?";

export const userPoolsBeyond: Beyond = {
  shapes: {
    // The published limits fit a prefix alone, and are told of one as InvalidParameterException by the operation; the
    // deployed service also takes custom domains, such as auth.example.com (RFC 1123 §2.1: at most 253 characters).
    DomainType: { type: "string", min: 1, max: 253, pattern: `^${label}(?:\\.${label})*$` },
    PasswordType: password,
    // No policy can go below six, and the service refuses shorter ones before it reads the policy. Not so for the
    // previous password: an imported one may be shorter.
    NewPasswordType: { ...password, min: 6 },
    // Operations of 2026 that the service model of August 2026 does not have; limits from the SDK's documentation.
    SessionIdType: { type: "string", min: 28, max: 31, pattern: "(tkn|sso)[0-9a-z]+" },
    MaxSessionsPerUserType: { type: "integer", min: 1, max: 100 },
    SessionValidityMinutesType: { type: "integer", min: 0, max: 129600 },
    AcrLevelType: { type: "string", enum: ["Level1", "Level2", "Level3", "Level4"] },
    AcrValueType: { type: "string", min: 1, max: 256, pattern: "[\\x21\\x23-\\x5B\\x5D-\\x7E]+" },
    AcrConfigurationType: { type: "map", key: "AcrLevelType", value: "AcrLevelConfigType", max: 4 },
    AcrMappingType: { type: "map", key: "AcrLevelType", value: "StringType", max: 4 },
    // What standards ask for and Cognito has no setting for. SDKs do not know these members; a signed request can hold them.
    UserPoolOAuthConfigurationType: { type: "structure", members: { Conformance: "OAuthConformanceType" } },
    OAuthConformanceType: { type: "string", enum: ["COGNITO", "OPENID"] },
    ClientOAuthConfigurationType: {
      type: "structure",
      members: {
        BackchannelLogoutURI: "RedirectUrlType",
        Jwks: "JwksType",
        JwksURI: "RedirectUrlType",
        RequireDPoP: "WrappedBooleanType",
        RequirePKCE: "WrappedBooleanType",
        RequirePushedAuthorizationRequests: "WrappedBooleanType",
      },
    },
    JwksType: { type: "string", min: 2, max: 16384 },
  },
  members: {
    "AdminCreateUserRequest.TemporaryPassword": "NewPasswordType",
    "AdminSetUserPasswordRequest.Password": "NewPasswordType",
    "ChangePasswordRequest.ProposedPassword": "NewPasswordType",
    "ConfirmForgotPasswordRequest.Password": "NewPasswordType",
    "SignUpRequest.Password": "NewPasswordType",
    SessionId: "SessionIdType",
    MaxPerUser: "MaxSessionsPerUserType",
    MaxValidityMinutes: "SessionValidityMinutesType",
    AcrValue: "AcrValueType",
    AcrConfiguration: "AcrConfigurationType",
    AcrMapping: "AcrMappingType",
    "GetClientTokenRequest.Scopes": "ScopeListType",
    AllowedScopes: "ScopeListType",
  },
  // RFC 8628: SDKs pass values of enumerations on as they are.
  enums: { ExplicitAuthFlowsType: ["ALLOW_CLIENT_TOKEN_AUTH"], OAuthFlowType: ["device_code"] },
  // Cognito freezes these when a pool is made; here its owner may change them.
  borrowed: {
    UpdateUserPoolRequest: {
      from: "CreateUserPoolRequest",
      members: ["AliasAttributes", "Schema", "UsernameAttributes", "UsernameConfiguration"],
    },
  },
  added: {
    CreateUserPoolRequest: { OAuthConfiguration: "UserPoolOAuthConfigurationType" },
    UpdateUserPoolRequest: { OAuthConfiguration: "UserPoolOAuthConfigurationType" },
    CreateUserPoolClientRequest: { OAuthConfiguration: "ClientOAuthConfigurationType" },
    UpdateUserPoolClientRequest: { OAuthConfiguration: "ClientOAuthConfigurationType" },
  },
  unsigned: ["GetClientToken"],
};

export const identityPoolsBeyond: Beyond = {
  shapes: {},
  members: {},
  enums: {},
  borrowed: {},
  added: {},
  unsigned: [],
};
