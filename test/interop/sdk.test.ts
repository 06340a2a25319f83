import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminListGroupsForUserCommand,
  AdminRespondToAuthChallengeCommand,
  AdminSetUserPasswordCommand,
  CodeMismatchException,
  type CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  CreateGroupCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  DescribeUserPoolCommand,
  GetTokensFromRefreshTokenCommand,
  GetUserCommand,
  GlobalSignOutCommand,
  GroupExistsException,
  InitiateAuthCommand,
  InvalidParameterException,
  InvalidPasswordException,
  NotAuthorizedException,
  paginateAdminListGroupsForUser,
  paginateListGroups,
  paginateListUserPools,
  paginateListUsers,
  paginateListUsersInGroup,
  ResourceNotFoundException,
  RevokeTokenCommand,
  SignUpCommand,
  UnsupportedTokenTypeException,
  UsernameExistsException,
  UserNotConfirmedException,
  UserNotFoundException,
} from "@aws-sdk/client-cognito-identity-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeSentTo, outbox, type Server, sdkFor, startServer } from "./server.ts";

const PASSWORD = "Corr3ct-Horse!";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

let server: Server;
let sdk: CognitoIdentityProviderClient;
let UserPoolId: string;
let ClientId: string;

beforeAll(async () => {
  server = await startServer();
  sdk = sdkFor(server.origin);
  const { UserPool } = await sdk.send(
    new CreateUserPoolCommand({ PoolName: "shop", AutoVerifiedAttributes: ["email"] }),
  );
  UserPoolId = UserPool?.Id as string;
  const { UserPoolClient } = await sdk.send(
    new CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: "web",
      ExplicitAuthFlows: ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    }),
  );
  ClientId = UserPoolClient?.ClientId as string;
});
afterAll(async () => {
  sdk?.destroy();
  await server?.close();
});

const addUser = async (Username: string) => {
  await sdk.send(new AdminCreateUserCommand({ UserPoolId, Username, MessageAction: "SUPPRESS" }));
  await sdk.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: PASSWORD, Permanent: true }));
};
const signIn = async (USERNAME: string) => {
  const AuthParameters = { USERNAME, PASSWORD };
  const { AuthenticationResult } = await sdk.send(
    new InitiateAuthCommand({ ClientId, AuthFlow: "USER_PASSWORD_AUTH", AuthParameters }),
  );
  return AuthenticationResult as { AccessToken: string; IdToken: string; RefreshToken: string };
};
async function collect<Page>(pages: AsyncIterable<Page>): Promise<Page[]> {
  const all: Page[] = [];
  for await (const page of pages) all.push(page);
  return all;
}
const named = (value: string, at: number) => `${value}-${String(at).padStart(2, "0")}`;

describe("the AWS SDK with nothing changed but its endpoint", () => {
  it("describes a pool with real Dates and numbers as texts where the SDK has them so", async () => {
    const { UserPool } = await sdk.send(new DescribeUserPoolCommand({ UserPoolId }));
    const created = UserPool?.CreationDate;
    expect(created).toBeInstanceOf(Date);
    expect(Math.abs(Date.now() - Number(created))).toBeLessThan(60_000);
    expect(UserPool?.LastModifiedDate).toBeInstanceOf(Date);
    const email = UserPool?.SchemaAttributes?.find(({ Name }) => Name === "email");
    expect(email?.StringAttributeConstraints?.MaxLength).toBe("2048");
    expect(UserPool?.Arn).toBe(`arn:aws:cognito-idp:us-east-1:000000000000:userpool/${UserPoolId}`);
  });

  it("goes from sign-up by the code in the outbox to tokens, the own account, fresh tokens and sign-out", async () => {
    const Username = "jane";
    const email = "jane@example.com";
    const attributes = [
      { Name: "email", Value: email },
      { Name: "name", Value: "Jane Đoe 🦉" },
    ];
    const signUp = await sdk.send(
      new SignUpCommand({ ClientId, Username, Password: PASSWORD, UserAttributes: attributes }),
    );
    expect(signUp.UserConfirmed).toBe(false);
    expect(signUp.UserSub).toMatch(UUID);
    expect(signUp.CodeDeliveryDetails).toMatchObject({ AttributeName: "email", DeliveryMedium: "EMAIL" });
    expect(signUp.CodeDeliveryDetails?.Destination).not.toContain("jane");

    await expect(signIn(Username)).rejects.toBeInstanceOf(UserNotConfirmedException);

    const [message] = await outbox(server.origin, email);
    expect(message).toMatchObject({ channel: "email", to: email });
    const ConfirmationCode = await codeSentTo(server.origin, email);
    const wrong = ConfirmationCode === "123456" ? "654321" : "123456";
    await expect(
      sdk.send(new ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode: wrong })),
    ).rejects.toBeInstanceOf(CodeMismatchException);
    await sdk.send(new ConfirmSignUpCommand({ ClientId, Username, ConfirmationCode }));

    const { AuthenticationResult: first } = await sdk.send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: "USER_PASSWORD_AUTH",
        AuthParameters: { USERNAME: Username, PASSWORD },
      }),
    );
    expect(first).toMatchObject({ TokenType: "Bearer", ExpiresIn: 3600 });
    const AccessToken = first?.AccessToken as string;
    const me = await sdk.send(new GetUserCommand({ AccessToken }));
    expect(me.Username).toBe(Username);
    const held = new Map(me.UserAttributes?.map(({ Name, Value }) => [Name, Value]));
    expect(held.get("name")).toBe("Jane Đoe 🦉");
    expect(held.get("email_verified")).toBe("true");
    expect(held.get("sub")).toBe(signUp.UserSub);

    const RefreshToken = first?.RefreshToken as string;
    const refreshed = await sdk.send(new GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken }));
    expect(refreshed.AuthenticationResult?.AccessToken).not.toBe(AccessToken);
    const fresh = refreshed.AuthenticationResult?.AccessToken as string;
    expect((await sdk.send(new GetUserCommand({ AccessToken: fresh }))).Username).toBe(Username);

    await sdk.send(new GlobalSignOutCommand({ AccessToken }));
    for (const token of [AccessToken, fresh]) {
      await expect(sdk.send(new GetUserCommand({ AccessToken: token }))).rejects.toMatchObject({
        name: "NotAuthorizedException",
        message: "Access Token has been revoked",
      });
    }
    await expect(sdk.send(new GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken }))).rejects.toBeInstanceOf(
      NotAuthorizedException,
    );
  });

  it("leads an administrator's user from the temporary password to tokens", async () => {
    const Username = "kim";
    const { User } = await sdk.send(
      new AdminCreateUserCommand({ UserPoolId, Username, TemporaryPassword: PASSWORD, MessageAction: "SUPPRESS" }),
    );
    expect(User).toMatchObject({ Username, Enabled: true, UserStatus: "FORCE_CHANGE_PASSWORD" });
    expect(User?.UserCreateDate).toBeInstanceOf(Date);
    const AuthParameters = { USERNAME: Username, PASSWORD };
    const asked = await sdk.send(
      new AdminInitiateAuthCommand({ UserPoolId, ClientId, AuthFlow: "ADMIN_USER_PASSWORD_AUTH", AuthParameters }),
    );
    expect(asked.ChallengeName).toBe("NEW_PASSWORD_REQUIRED");
    expect(JSON.parse(asked.ChallengeParameters?.requiredAttributes as string)).toEqual([]);
    const answered = await sdk.send(
      new AdminRespondToAuthChallengeCommand({
        UserPoolId,
        ClientId,
        ChallengeName: "NEW_PASSWORD_REQUIRED",
        Session: asked.Session,
        ChallengeResponses: { USERNAME: Username, NEW_PASSWORD: "An0ther-Horse!" },
      }),
    );
    expect(answered.AuthenticationResult?.IdToken).toBeTruthy();
    const now = await sdk.send(new AdminGetUserCommand({ UserPoolId, Username }));
    expect(now.UserStatus).toBe("CONFIRMED");
    expect(now.UserLastModifiedDate).toBeInstanceOf(Date);
  });

  it("revokes one sign-in and leaves the other", async () => {
    await addUser("rob");
    const [one, two] = [await signIn("rob"), await signIn("rob")];
    await sdk.send(new RevokeTokenCommand({ ClientId, Token: one.RefreshToken }));
    await expect(sdk.send(new GetUserCommand({ AccessToken: one.AccessToken }))).rejects.toBeInstanceOf(
      NotAuthorizedException,
    );
    expect((await sdk.send(new GetUserCommand({ AccessToken: two.AccessToken }))).Username).toBe("rob");
    await expect(sdk.send(new RevokeTokenCommand({ ClientId, Token: two.AccessToken }))).rejects.toBeInstanceOf(
      UnsupportedTokenTypeException,
    );
  });

  it("keeps groups, and answers operations without output by an empty body", async () => {
    await addUser("gil");
    const { Group } = await sdk.send(new CreateGroupCommand({ UserPoolId, GroupName: "staff", Precedence: 0 }));
    expect(Group).toMatchObject({ GroupName: "staff", Precedence: 0, UserPoolId });
    expect(Group?.CreationDate).toBeInstanceOf(Date);
    const { $metadata, ...nothing } = await sdk.send(
      new AdminAddUserToGroupCommand({ UserPoolId, Username: "gil", GroupName: "staff" }),
    );
    expect(nothing).toEqual({});
    expect($metadata).toMatchObject({ httpStatusCode: 200, requestId: expect.stringMatching(UUID), attempts: 1 });
    const { Groups } = await sdk.send(new AdminListGroupsForUserCommand({ UserPoolId, Username: "gil" }));
    expect(Groups?.map(({ GroupName }) => GroupName)).toEqual(["staff"]);
    const [, claims = ""] = (await signIn("gil")).IdToken.split(".");
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())["cognito:groups"]).toEqual(["staff"]);
  });

  it("raises the SDK's own error classes with a request id", async () => {
    await addUser("eve");
    const refusals: [new (...args: never[]) => Error, () => Promise<unknown>][] = [
      [UserNotFoundException, () => sdk.send(new AdminGetUserCommand({ UserPoolId, Username: "nobody" }))],
      [UsernameExistsException, () => sdk.send(new SignUpCommand({ ClientId, Username: "eve", Password: PASSWORD }))],
      [
        InvalidPasswordException,
        () => sdk.send(new SignUpCommand({ ClientId, Username: "eva", Password: "password" })),
      ],
      [ResourceNotFoundException, () => sdk.send(new DescribeUserPoolCommand({ UserPoolId: "us-east-1_NoSuchOne" }))],
      [InvalidParameterException, () => sdk.send(new DescribeUserPoolCommand({ UserPoolId: "no pool id" }))],
      [GroupExistsException, () => sdk.send(new CreateGroupCommand({ UserPoolId, GroupName: "staff" }))],
      [NotAuthorizedException, () => sdk.send(new GetUserCommand({ AccessToken: "no.such.token" }))],
    ];
    for (const [type, refused] of refusals) {
      const error = await refused().then(
        () => null,
        (reason: Error & { $metadata: { requestId: string; httpStatusCode: number; attempts: number } }) => reason,
      );
      expect(error).toBeInstanceOf(type);
      expect(error?.message).toBeTruthy();
      expect(error?.$metadata).toMatchObject({
        requestId: expect.stringMatching(UUID),
        httpStatusCode: 400,
        attempts: 1,
      });
    }
  });
});

describe("the SDK's paginators", () => {
  const names = Array.from({ length: 7 }, (_, at) => named("page", at));
  let paged: string;

  beforeAll(async () => {
    const { UserPool } = await sdk.send(new CreateUserPoolCommand({ PoolName: "paged" }));
    paged = UserPool?.Id as string;
    await sdk.send(new CreateGroupCommand({ UserPoolId: paged, GroupName: names[0] as string }));
    for (const Username of names) {
      await sdk.send(new AdminCreateUserCommand({ UserPoolId: paged, Username, MessageAction: "SUPPRESS" }));
      await sdk.send(new AdminAddUserToGroupCommand({ UserPoolId: paged, Username, GroupName: names[0] as string }));
    }
    for (const GroupName of names.slice(1)) {
      await sdk.send(new CreateGroupCommand({ UserPoolId: paged, GroupName }));
      await sdk.send(new AdminAddUserToGroupCommand({ UserPoolId: paged, Username: names[0] as string, GroupName }));
    }
  });

  const config = () => ({ client: sdk, pageSize: 3 });
  /** That each page but the last is full, and that everything comes exactly once. */
  const expectAll = (pages: (string | undefined)[][], expected: string[], size = 3) => {
    expect(pages.length).toBeGreaterThanOrEqual(Math.ceil(expected.length / size));
    for (const page of pages) expect(page.length).toBeLessThanOrEqual(size);
    const found = pages.flat();
    expect(found).toHaveLength(expected.length);
    expect(new Set(found)).toEqual(new Set(expected));
  };

  it("list every user once", async () => {
    const pages = await collect(paginateListUsers(config(), { UserPoolId: paged }));
    expectAll(
      pages.map(({ Users }) => Users?.map(({ Username }) => Username) ?? []),
      names,
    );
  });

  it("list the users of a filter in order", async () => {
    const pages = await collect(paginateListUsers(config(), { UserPoolId: paged, Filter: 'username ^= "page"' }));
    const found = pages.flatMap(({ Users }) => Users?.map(({ Username }) => Username) ?? []);
    expect(found).toEqual(names);
  });

  it("list groups, a user's groups and a group's users once each", async () => {
    const groups = await collect(paginateListGroups(config(), { UserPoolId: paged }));
    expectAll(
      groups.map(({ Groups }) => Groups?.map(({ GroupName }) => GroupName) ?? []),
      names,
    );
    const own = await collect(
      paginateAdminListGroupsForUser(config(), { UserPoolId: paged, Username: names[0] as string }),
    );
    expectAll(
      own.map(({ Groups }) => Groups?.map(({ GroupName }) => GroupName) ?? []),
      names,
    );
    const members = await collect(
      paginateListUsersInGroup(config(), { UserPoolId: paged, GroupName: names[0] as string }),
    );
    expectAll(
      members.map(({ Users }) => Users?.map(({ Username }) => Username) ?? []),
      names,
    );
  });

  it("list every pool once", async () => {
    const pages = await collect(paginateListUserPools({ client: sdk, pageSize: 1 }, { MaxResults: 1 }));
    expectAll(
      pages.map(({ UserPools }) => UserPools?.map(({ Id }) => Id) ?? []),
      [UserPoolId, paged],
      1,
    );
  });
});
