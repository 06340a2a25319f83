import { beforeAll, expect, it } from "vitest";
import { call, makePool } from "../../client.ts";
import { seedUsers } from "../../seed-users.ts";

let pool: string;
beforeAll(async () => {
  pool = await makePool();
});

const confirm = (Username: string, UserPoolId = pool) => call("AdminConfirmSignUp", { UserPoolId, Username });
const get = (Username: string, UserPoolId = pool) => call("AdminGetUser", { UserPoolId, Username });

it("confirms the user and verifies nothing", async () => {
  await seedUsers(pool, [{ username: "jane", status: "UNCONFIRMED", attributes: { email: "jane@example.com" } }]);
  expect(await confirm("jane")).toEqual({});
  const { UserStatus, UserAttributes } = await get("jane");
  expect(UserStatus).toBe("CONFIRMED");
  expect(UserAttributes).not.toContainEqual({ Name: "email_verified", Value: "true" });
});

it("confirms once, when many calls race", async () => {
  await seedUsers(pool, [{ username: "racer", status: "UNCONFIRMED" }]);
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => confirm("racer")));
  const faults = outcomes.filter((each) => each.status === "rejected").map(({ reason }) => reason);
  expect(faults).toHaveLength(19);
  for (const { message } of faults) expect(message).toBe("User cannot be confirmed. Current status is CONFIRMED");
});

it.each(["CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED", "EXTERNAL_PROVIDER"])(
  "refuses a user who is %s",
  async (status) => {
    await seedUsers(pool, [{ username: status, status }]);
    await expect(confirm(status)).rejects.toMatchObject({
      name: "NotAuthorizedException",
      message: `User cannot be confirmed. Current status is ${status}`,
    });
  },
);

it("refuses who is not there", async () => {
  await expect(confirm("nobody")).rejects.toMatchObject({ name: "UserNotFoundException" });
});

it("fails with its post confirmation trigger, while the user stays confirmed", async () => {
  const PostConfirmation = "arn:aws:lambda:us-east-1:000000000000:function:f";
  const hooked = await makePool({ LambdaConfig: { PostConfirmation } });
  await seedUsers(hooked, [{ username: "jane", status: "UNCONFIRMED" }]);
  await expect(confirm("jane", hooked)).rejects.toMatchObject({
    name: "UnexpectedLambdaException",
    message: "PostConfirmation invocation failed due to configuration.",
  });
  expect((await get("jane", hooked)).UserStatus).toBe("CONFIRMED");
});
