import { ChangePassword } from "./account/ChangePassword.ts";
import { DeleteUser } from "./account/DeleteUser.ts";
import { DeleteUserAttributes } from "./account/DeleteUserAttributes.ts";
import { GetUser } from "./account/GetUser.ts";
import { GetUserAttributeVerificationCode } from "./account/GetUserAttributeVerificationCode.ts";
import { UpdateUserAttributes } from "./account/UpdateUserAttributes.ts";
import { VerifyUserAttribute } from "./account/VerifyUserAttribute.ts";
import { GetUICustomization } from "./branding/GetUICustomization.ts";
import { SetUICustomization } from "./branding/SetUICustomization.ts";
import { AddUserPoolClientSecret } from "./clients/AddUserPoolClientSecret.ts";
import { CreateUserPoolClient } from "./clients/CreateUserPoolClient.ts";
import { DeleteUserPoolClient } from "./clients/DeleteUserPoolClient.ts";
import { DeleteUserPoolClientSecret } from "./clients/DeleteUserPoolClientSecret.ts";
import { DescribeUserPoolClient } from "./clients/DescribeUserPoolClient.ts";
import { GetUserPoolClientSessionConfiguration } from "./clients/GetUserPoolClientSessionConfiguration.ts";
import { ListUserPoolClients } from "./clients/ListUserPoolClients.ts";
import { ListUserPoolClientSecrets } from "./clients/ListUserPoolClientSecrets.ts";
import { SetUserPoolClientSessionConfiguration } from "./clients/SetUserPoolClientSessionConfiguration.ts";
import { UpdateUserPoolClient } from "./clients/UpdateUserPoolClient.ts";
import { AdminForgetDevice } from "./devices/AdminForgetDevice.ts";
import { AdminGetDevice } from "./devices/AdminGetDevice.ts";
import { AdminListDevices } from "./devices/AdminListDevices.ts";
import { AdminUpdateDeviceStatus } from "./devices/AdminUpdateDeviceStatus.ts";
import { ConfirmDevice } from "./devices/ConfirmDevice.ts";
import { ForgetDevice } from "./devices/ForgetDevice.ts";
import { GetDevice } from "./devices/GetDevice.ts";
import { ListDevices } from "./devices/ListDevices.ts";
import { UpdateDeviceStatus } from "./devices/UpdateDeviceStatus.ts";
import { CreateUserPoolDomain } from "./domains/CreateUserPoolDomain.ts";
import { DeleteUserPoolDomain } from "./domains/DeleteUserPoolDomain.ts";
import { DescribeUserPoolDomain } from "./domains/DescribeUserPoolDomain.ts";
import { UpdateUserPoolDomain } from "./domains/UpdateUserPoolDomain.ts";
import { AdminAddUserToGroup } from "./groups/AdminAddUserToGroup.ts";
import { AdminListGroupsForUser } from "./groups/AdminListGroupsForUser.ts";
import { AdminRemoveUserFromGroup } from "./groups/AdminRemoveUserFromGroup.ts";
import { CreateGroup } from "./groups/CreateGroup.ts";
import { DeleteGroup } from "./groups/DeleteGroup.ts";
import { GetGroup } from "./groups/GetGroup.ts";
import { ListGroups } from "./groups/ListGroups.ts";
import { ListUsersInGroup } from "./groups/ListUsersInGroup.ts";
import { UpdateGroup } from "./groups/UpdateGroup.ts";
import { AdminDeleteSoftwareToken } from "./mfa/AdminDeleteSoftwareToken.ts";
import { AdminGetUserAuthFactors } from "./mfa/AdminGetUserAuthFactors.ts";
import { AdminSetUserMFAPreference } from "./mfa/AdminSetUserMFAPreference.ts";
import { AdminSetUserSettings } from "./mfa/AdminSetUserSettings.ts";
import { AssociateSoftwareToken } from "./mfa/AssociateSoftwareToken.ts";
import { GetUserAuthFactors } from "./mfa/GetUserAuthFactors.ts";
import { SetUserMFAPreference } from "./mfa/SetUserMFAPreference.ts";
import { SetUserSettings } from "./mfa/SetUserSettings.ts";
import { VerifySoftwareToken } from "./mfa/VerifySoftwareToken.ts";
import type { Operation } from "./operation.ts";
import { CompleteWebAuthnRegistration } from "./passkeys/CompleteWebAuthnRegistration.ts";
import { DeleteWebAuthnCredential } from "./passkeys/DeleteWebAuthnCredential.ts";
import { ListWebAuthnCredentials } from "./passkeys/ListWebAuthnCredentials.ts";
import { StartWebAuthnRegistration } from "./passkeys/StartWebAuthnRegistration.ts";
import { AddCustomAttributes } from "./pools/AddCustomAttributes.ts";
import { CreateUserPool } from "./pools/CreateUserPool.ts";
import { DeleteUserPool } from "./pools/DeleteUserPool.ts";
import { DescribeUserPool } from "./pools/DescribeUserPool.ts";
import { GetUserPoolSessionConfiguration } from "./pools/GetUserPoolSessionConfiguration.ts";
import { GetUserPoolMfaConfig } from "./pools/GetUserPoolMfaConfig.ts";
import { ListUserPools } from "./pools/ListUserPools.ts";
import { SetUserPoolMfaConfig } from "./pools/SetUserPoolMfaConfig.ts";
import { SetUserPoolSessionConfiguration } from "./pools/SetUserPoolSessionConfiguration.ts";
import { UpdateUserPool } from "./pools/UpdateUserPool.ts";
import { ConfirmForgotPassword } from "./recovery/ConfirmForgotPassword.ts";
import { ForgotPassword } from "./recovery/ForgotPassword.ts";
import { CreateResourceServer } from "./resource-servers/CreateResourceServer.ts";
import { DeleteResourceServer } from "./resource-servers/DeleteResourceServer.ts";
import { DescribeResourceServer } from "./resource-servers/DescribeResourceServer.ts";
import { ListResourceServers } from "./resource-servers/ListResourceServers.ts";
import { UpdateResourceServer } from "./resource-servers/UpdateResourceServer.ts";
import { AdminListUserSessions } from "./sessions/AdminListUserSessions.ts";
import { AdminRevokeUserSession } from "./sessions/AdminRevokeUserSession.ts";
import { ListUserSessions } from "./sessions/ListUserSessions.ts";
import { RevokeUserSession } from "./sessions/RevokeUserSession.ts";
import { AdminInitiateAuth } from "./sign-in/AdminInitiateAuth.ts";
import { AdminRespondToAuthChallenge } from "./sign-in/AdminRespondToAuthChallenge.ts";
import { InitiateAuth } from "./sign-in/InitiateAuth.ts";
import { RespondToAuthChallenge } from "./sign-in/RespondToAuthChallenge.ts";
import { ConfirmSignUp } from "./sign-up/ConfirmSignUp.ts";
import { ResendConfirmationCode } from "./sign-up/ResendConfirmationCode.ts";
import { SignUp } from "./sign-up/SignUp.ts";
import { ListTagsForResource } from "./tags/ListTagsForResource.ts";
import { TagResource } from "./tags/TagResource.ts";
import { UntagResource } from "./tags/UntagResource.ts";
import { GetClientToken } from "./tokens/GetClientToken.ts";
import { GetTokensFromRefreshToken } from "./tokens/GetTokensFromRefreshToken.ts";
import { GlobalSignOut } from "./tokens/GlobalSignOut.ts";
import { RevokeToken } from "./tokens/RevokeToken.ts";
import { AdminConfirmSignUp } from "./users/AdminConfirmSignUp.ts";
import { AdminCreateUser } from "./users/AdminCreateUser.ts";
import { AdminDeleteUser } from "./users/AdminDeleteUser.ts";
import { AdminDeleteUserAttributes } from "./users/AdminDeleteUserAttributes.ts";
import { AdminDisableUser } from "./users/AdminDisableUser.ts";
import { AdminEnableUser } from "./users/AdminEnableUser.ts";
import { AdminGetUser } from "./users/AdminGetUser.ts";
import { AdminResetUserPassword } from "./users/AdminResetUserPassword.ts";
import { AdminSetUserPassword } from "./users/AdminSetUserPassword.ts";
import { AdminUpdateUserAttributes } from "./users/AdminUpdateUserAttributes.ts";
import { AdminUserGlobalSignOut } from "./users/AdminUserGlobalSignOut.ts";
import { ListUsers } from "./users/ListUsers.ts";

/** The operations of AWSCognitoIdentityProviderService that are built, by their names on the wire. */
export const userPools: ReadonlyMap<string, Operation> = new Map(
  Object.entries<Operation>({
    // Account
    ChangePassword,
    DeleteUser,
    DeleteUserAttributes,
    GetUser,
    GetUserAttributeVerificationCode,
    UpdateUserAttributes,
    VerifyUserAttribute,
    // Branding
    GetUICustomization,
    SetUICustomization,
    // App clients
    AddUserPoolClientSecret,
    CreateUserPoolClient,
    DeleteUserPoolClient,
    DeleteUserPoolClientSecret,
    DescribeUserPoolClient,
    GetUserPoolClientSessionConfiguration,
    ListUserPoolClients,
    ListUserPoolClientSecrets,
    SetUserPoolClientSessionConfiguration,
    UpdateUserPoolClient,
    // Devices
    AdminForgetDevice,
    AdminGetDevice,
    AdminListDevices,
    AdminUpdateDeviceStatus,
    ConfirmDevice,
    ForgetDevice,
    GetDevice,
    ListDevices,
    UpdateDeviceStatus,
    // Domains
    CreateUserPoolDomain,
    DeleteUserPoolDomain,
    DescribeUserPoolDomain,
    UpdateUserPoolDomain,
    // Groups
    AdminAddUserToGroup,
    AdminListGroupsForUser,
    AdminRemoveUserFromGroup,
    CreateGroup,
    DeleteGroup,
    GetGroup,
    ListGroups,
    ListUsersInGroup,
    UpdateGroup,
    // Passkeys
    CompleteWebAuthnRegistration,
    DeleteWebAuthnCredential,
    ListWebAuthnCredentials,
    StartWebAuthnRegistration,
    // MFA
    AdminDeleteSoftwareToken,
    AdminGetUserAuthFactors,
    AdminSetUserMFAPreference,
    AdminSetUserSettings,
    AssociateSoftwareToken,
    GetUserAuthFactors,
    SetUserMFAPreference,
    SetUserSettings,
    VerifySoftwareToken,
    // Pools
    AddCustomAttributes,
    CreateUserPool,
    DeleteUserPool,
    DescribeUserPool,
    GetUserPoolSessionConfiguration,
    GetUserPoolMfaConfig,
    ListUserPools,
    SetUserPoolMfaConfig,
    SetUserPoolSessionConfiguration,
    UpdateUserPool,
    // Recovery
    ConfirmForgotPassword,
    ForgotPassword,
    // Resource servers
    CreateResourceServer,
    DeleteResourceServer,
    DescribeResourceServer,
    ListResourceServers,
    UpdateResourceServer,
    // Sessions
    AdminListUserSessions,
    AdminRevokeUserSession,
    ListUserSessions,
    RevokeUserSession,
    // Sign-in
    AdminInitiateAuth,
    AdminRespondToAuthChallenge,
    InitiateAuth,
    RespondToAuthChallenge,
    // Sign-up
    ConfirmSignUp,
    ResendConfirmationCode,
    SignUp,
    // Tags
    ListTagsForResource,
    TagResource,
    UntagResource,
    // Tokens
    GetClientToken,
    GetTokensFromRefreshToken,
    GlobalSignOut,
    RevokeToken,
    // Users
    AdminConfirmSignUp,
    AdminCreateUser,
    AdminDeleteUser,
    AdminDeleteUserAttributes,
    AdminDisableUser,
    AdminEnableUser,
    AdminGetUser,
    AdminResetUserPassword,
    AdminSetUserPassword,
    AdminUpdateUserAttributes,
    AdminUserGlobalSignOut,
    ListUsers,
  }),
);
