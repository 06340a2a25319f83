import { expect, it } from "vitest";
import { call, makeClient, makePool, PASSWORD, signIn } from "../../client.ts";
import { newFunction } from "../../triggers/functions.ts";

it("[Amazon Cognito: post authentication Lambda trigger] a trigger that refuses leaves the new password in place, and gives no tokens", async () => {
  const fn = newFunction();
  const pool = await makePool({ LambdaConfig: { PostAuthentication: fn.arn } });
  const { ClientId } = await makeClient(pool);
  const user = { UserPoolId: pool, Username: "jane" };
  await call("AdminCreateUser", { ...user, TemporaryPassword: PASSWORD, MessageAction: "SUPPRESS" });
  const { Session } = await signIn(ClientId, "jane");
  await fn.script({ PostAuthentication: [{ error: "not today" }, {}] });
  const NEW_PASSWORD = "An0ther-Horse!";
  await expect(
    call("RespondToAuthChallenge", {
      ClientId,
      Session,
      ChallengeName: "NEW_PASSWORD_REQUIRED",
      ChallengeResponses: { USERNAME: "jane", NEW_PASSWORD },
    }),
  ).rejects.toMatchObject({
    name: "UserLambdaValidationException",
    message: "PostAuthentication failed with error not today.",
  });
  expect((await call("AdminGetUser", user)).UserStatus).toBe("CONFIRMED");
  expect(await signIn(ClientId, "jane", NEW_PASSWORD)).toHaveProperty("AuthenticationResult");
});
