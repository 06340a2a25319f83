import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { call, makeClient, makePool, makeUser, PASSWORD, signIn } from "../../client.ts";
import { seedUsers } from "../../seed-users.ts";

const NEW = "An0ther-One!";

let pool: string;
let ClientId: string;
beforeAll(async () => {
  pool = await makePool();
  ({ ClientId } = await makeClient(pool));
});

const set = (Username: string, Password: string, Permanent?: boolean, UserPoolId = pool) =>
  call("AdminSetUserPassword", { UserPoolId, Username, Password, Permanent });
const refresh = (RefreshToken: string) => call("GetTokensFromRefreshToken", { ClientId, RefreshToken });
const REVOKED = { name: "NotAuthorizedException", message: "Access Token has been revoked" };
const statusOf = async (Username: string) => (await call("AdminGetUser", { UserPoolId: pool, Username })).UserStatus;

it("replaces the password at once, for good when permanent", async () => {
  await makeUser(pool, "jane");
  expect(await set("jane", NEW, true)).toEqual({});
  expect(await statusOf("jane")).toBe("CONFIRMED");
  await expect(signIn(ClientId, "jane", PASSWORD)).rejects.toMatchObject({ name: "NotAuthorizedException" });
  expect(await signIn(ClientId, "jane", NEW)).toHaveProperty("AuthenticationResult");
});

it("is temporary unless said otherwise, and expires as a temporary password does", async () => {
  await makeUser(pool, "joe");
  await set("joe", NEW);
  expect(await statusOf("joe")).toBe("FORCE_CHANGE_PASSWORD");
  expect(await signIn(ClientId, "joe", NEW)).toMatchObject({ ChallengeName: "NEW_PASSWORD_REQUIRED" });
  const row = await env.DB.prepare(
    "select credentials ->> 'expiresAt' as at from users where username = 'joe'",
  ).first<any>();
  expect((row.at - Date.now()) / 86_400_000).toBeGreaterThan(6.9);
});

it.each([true, false])("ends every session of the user, and of no other (permanent: %s)", async (permanent) => {
  const [name, other] = [`open-${permanent}`, `bystander-${permanent}`];
  await makeUser(pool, name);
  await makeUser(pool, other);
  const [mine, theirs] = [await signIn(ClientId, name), await signIn(ClientId, other)];
  await set(name, NEW, permanent);
  const { AccessToken, RefreshToken } = mine.AuthenticationResult;
  await expect(call("GetUser", { AccessToken })).rejects.toMatchObject(REVOKED);
  await expect(refresh(RefreshToken)).rejects.toMatchObject({ message: "Refresh Token has been revoked" });
  expect(await refresh(theirs.AuthenticationResult.RefreshToken)).toHaveProperty("AuthenticationResult");
});

it("ends nothing when it is refused", async () => {
  await makeUser(pool, "kept");
  const { RefreshToken } = (await signIn(ClientId, "kept")).AuthenticationResult;
  await expect(set("kept", "weak", true)).rejects.toThrow();
  expect(await refresh(RefreshToken)).toHaveProperty("AuthenticationResult");
});

it.each(["UNCONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED", "EXTERNAL_PROVIDER", "CONFIRMED"])(
  "confirms a user who was %s",
  async (status) => {
    await seedUsers(pool, [{ username: `was-${status}`, status }]);
    await set(`was-${status}`, NEW, true);
    expect(await statusOf(`was-${status}`)).toBe("CONFIRMED");
    expect(await signIn(ClientId, `was-${status}`, NEW)).toHaveProperty("AuthenticationResult");
  },
);

it("refuses what the policy does not allow, and changes nothing", async () => {
  await makeUser(pool, "strict");
  await expect(set("strict", "NoDigits-here!", true)).rejects.toMatchObject({
    name: "InvalidPasswordException",
    message: "Password did not conform with policy: Password must have numeric characters",
  });
  expect(await signIn(ClientId, "strict", PASSWORD)).toHaveProperty("AuthenticationResult");
});

it("refuses as many former passwords as the pool remembers, the present one counting as the first", async () => {
  const remembering = await makePool({
    Policies: { PasswordPolicy: { MinimumLength: 8, PasswordHistorySize: 3 } },
  });
  await seedUsers(remembering, [{ username: "jane" }]);
  for (const password of ["password1", "password2", "password3"]) await set("jane", password, true, remembering);
  for (const password of ["password3", "password2", "password1"]) {
    await expect(set("jane", password, true, remembering)).rejects.toMatchObject({
      name: "PasswordHistoryPolicyViolationException",
    });
  }
  await set("jane", "password4", false, remembering);
  await set("jane", "password1", true, remembering);
});

it("refuses who is not there", async () => {
  await expect(set("nobody", NEW)).rejects.toMatchObject({
    name: "UserNotFoundException",
    message: "User does not exist.",
  });
});

it("survives other writes of the same user, and the password of one of the calls stays whole", async () => {
  await makeUser(pool, "busy");
  const passwords = [`${NEW}0`, `${NEW}1`];
  const outcomes = await Promise.allSettled([
    ...passwords.map((password) => set("busy", password, true)),
    call("AdminDisableUser", { UserPoolId: pool, Username: "busy" }),
    call("AdminEnableUser", { UserPoolId: pool, Username: "busy" }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill("fulfilled"));
  await call("AdminEnableUser", { UserPoolId: pool, Username: "busy" });
  const signIns = await Promise.allSettled(passwords.map((password) => signIn(ClientId, "busy", password)));
  expect(signIns.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});
