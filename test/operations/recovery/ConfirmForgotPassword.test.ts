import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, codeSentTo, makeClient, makePool, makeUser, outbox, PASSWORD, signIn } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { interruptedAt } from "../../interrupted.ts";
import { wrongCode } from "../wrong-code.ts";

const NEXT = "Another-Pass2";
const EXPIRED = { name: "ExpiredCodeException", message: "Invalid code provided, please request a code again." };
const MISMATCH = { name: "CodeMismatchException", message: "Invalid verification code provided, please try again." };
const TOO_MANY = {
  name: "TooManyFailedAttemptsException",
  message: "Attempt limit exceeded, please try after some time.",
};
const WRONG = { name: "NotAuthorizedException", message: "Incorrect username or password." };

async function open(settings: object = {}, clientSettings: object = {}) {
  const pool = await makePool(settings);
  const { ClientId } = await makeClient(pool, clientSettings);
  const forget = (Username: string) => call("ForgotPassword", { ClientId, Username });
  const confirm = (Username: string, ConfirmationCode: string, Password = NEXT) =>
    call("ConfirmForgotPassword", { ClientId, Username, ConfirmationCode, Password });
  /** Makes someone who has forgotten a password. @returns the code that was sent */
  const forgetful = async (name: string) => {
    const email = `${name}.${pool.slice(pool.indexOf("_") + 1)}@example.com`;
    await makeUser(pool, name, { email, email_verified: "true" });
    await forget(name);
    await expect.poll(() => outbox(email)).toHaveLength(1);
    return codeSentTo(email);
  };
  const statusOf = async (Username: string) => (await call("AdminGetUser", { UserPoolId: pool, Username })).UserStatus;
  return { pool, ClientId, forget, confirm, forgetful, statusOf };
}

let plain: Awaited<ReturnType<typeof open>>;
let hiding: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  plain = await open();
  hiding = await open({}, { PreventUserExistenceErrors: "ENABLED" });
});

describe("a right code", () => {
  it("gives the user the new password, and takes the old one away", async () => {
    expect(await plain.confirm("jane", await plain.forgetful("jane"))).toEqual({});
    await expect(signIn(plain.ClientId, "jane")).rejects.toMatchObject(WRONG);
    expect(await signIn(plain.ClientId, "jane", NEXT)).toHaveProperty("AuthenticationResult");
  });

  it("works once", async () => {
    const code = await plain.forgetful("once");
    await plain.confirm("once", code);
    await expect(plain.confirm("once", code, "Third-Pass-3")).rejects.toMatchObject(EXPIRED);
    expect(await signIn(plain.ClientId, "once", NEXT)).toHaveProperty("AuthenticationResult");
  });

  it("works for one of ten calls at once, each with its own password", async () => {
    const code = await plain.forgetful("race");
    const passwords = Array.from({ length: 10 }, (_, at) => `Racing-Pass-${at}`);
    const outcomes = await Promise.allSettled(passwords.map((password) => plain.confirm("race", code, password)));
    const winners = passwords.filter((_, at) => outcomes[at]?.status === "fulfilled");
    expect(winners).toHaveLength(1);
    expect(await signIn(plain.ClientId, "race", winners[0])).toHaveProperty("AuthenticationResult");
  });

  it("confirms a user whose password an administrator has reset", async () => {
    const code = await plain.forgetful("reset");
    await env.DB.prepare("update users set status = 'RESET_REQUIRED' where pool_id = ? and username = 'reset'")
      .bind(plain.pool)
      .run();
    await plain.confirm("reset", code);
    expect(await plain.statusOf("reset")).toBe("CONFIRMED");
  });

  it("unlocks sign-in after wrong passwords", async () => {
    const code = await plain.forgetful("locked");
    for (let at = 0; at < 6; at++) await signIn(plain.ClientId, "locked", "Wrong-Pass1").catch(() => undefined);
    await plain.confirm("locked", code);
    expect(await signIn(plain.ClientId, "locked", NEXT)).toHaveProperty("AuthenticationResult");
  });

  it("ends every session of the user, and a wrong one ends none", async () => {
    const { ClientId } = plain;
    const code = await plain.forgetful("busy");
    const { AccessToken, RefreshToken } = (await signIn(ClientId, "busy")).AuthenticationResult;
    const refresh = () => call("GetTokensFromRefreshToken", { ClientId, RefreshToken });
    await expect(plain.confirm("busy", wrongCode(code))).rejects.toMatchObject(MISMATCH);
    expect(await refresh()).toHaveProperty("AuthenticationResult");
    await plain.confirm("busy", code);
    await expect(refresh()).rejects.toMatchObject({ message: "Refresh Token has been revoked" });
    await expect(call("GetUser", { AccessToken })).rejects.toMatchObject({ message: "Access Token has been revoked" });
  });

  it("does not help a user who has been put back to a temporary password since", async () => {
    const code = await plain.forgetful("back");
    const user = { UserPoolId: plain.pool, Username: "back" };
    await call("AdminSetUserPassword", { ...user, Password: PASSWORD, Permanent: false });
    await expect(plain.confirm("back", code)).rejects.toMatchObject({ name: "NotAuthorizedException" });
  });

  it("is bound to the address it went to, even in the database", async () => {
    const moved = await plain.forgetful("moved");
    await env.DB.prepare("update codes set value = 'former@example.com' where pool_id = ?").bind(plain.pool).run();
    await expect(plain.confirm("moved", moved)).rejects.toMatchObject(MISMATCH);
  });

  it("proves nothing once the address is another one", async () => {
    const code = await plain.forgetful("mover");
    const email = [
      { Name: "email", Value: "new.mover@example.com" },
      { Name: "email_verified", Value: "true" },
    ];
    await call("AdminUpdateUserAttributes", { UserPoolId: plain.pool, Username: "mover", UserAttributes: email });
    await expect(plain.confirm("mover", code)).rejects.toMatchObject(EXPIRED);
  });
});

describe("the new password", () => {
  it("is held to the policy, and the code stays usable", async () => {
    const code = await plain.forgetful("weak");
    await expect(plain.confirm("weak", code, "weak-pass")).rejects.toMatchObject({
      name: "InvalidPasswordException",
      message: "Password did not conform with policy: Password must have numeric characters",
    });
    await expect(plain.confirm("weak", code)).resolves.toEqual({});
  });

  it("is held to the history", async () => {
    const { confirm, forget, forgetful, pool, ClientId } = await open({
      Policies: {
        PasswordPolicy: {
          MinimumLength: 8,
          RequireLowercase: true,
          RequireUppercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
          PasswordHistorySize: 2,
        },
      },
    });
    const code = await forgetful("jane");
    const used = { name: "PasswordHistoryPolicyViolationException" };
    await expect(confirm("jane", code, PASSWORD)).rejects.toMatchObject(used);
    await confirm("jane", code);
    await forget("jane");
    const again = await codeSentTo(`jane.${pool.slice(pool.indexOf("_") + 1)}@example.com`);
    await expect(confirm("jane", again, NEXT)).rejects.toMatchObject(used);
    await expect(confirm("jane", again, PASSWORD)).rejects.toMatchObject(used);
    await confirm("jane", again, "Third-Pass-3");
    expect(await signIn(ClientId, "jane", "Third-Pass-3")).toHaveProperty("AuthenticationResult");
  });
});

describe("a wrong code", () => {
  it("leaves the right one usable", async () => {
    const code = await plain.forgetful("typo");
    await expect(plain.confirm("typo", wrongCode(code))).rejects.toMatchObject(MISMATCH);
    await expect(plain.confirm("typo", code)).resolves.toEqual({});
  });

  it("is told apart from one that has expired, after an hour, or was never sent", async () => {
    const code = await plain.forgetful("late");
    const { left } = (await env.DB.prepare("select max(expires_at) - ? as left from codes where pool_id = ?")
      .bind(Date.now(), plain.pool)
      .first()) as { left: number };
    expect(Math.round(left / 60_000)).toBe(60);
    await env.DB.prepare("update codes set expires_at = ? where pool_id = ?")
      .bind(Date.now() - 1, plain.pool)
      .run();
    await expect(plain.confirm("late", code)).rejects.toMatchObject(EXPIRED);
    await makeUser(plain.pool, "never");
    await expect(plain.confirm("never", "123456")).rejects.toMatchObject(EXPIRED);
  });

  it("is judged fifteen times of 100 at once, then even the right one is turned away", async () => {
    const code = await plain.forgetful("storm");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, () => plain.confirm("storm", wrongCode(code))),
    );
    const names = outcomes.map((each) => (each.status === "rejected" ? each.reason.name : "passed"));
    expect(names.filter((name) => name === MISMATCH.name)).toHaveLength(15);
    expect(names.filter((name) => name === TOO_MANY.name)).toHaveLength(85);
    await expect(plain.confirm("storm", code)).rejects.toMatchObject(TOO_MANY);
  }, 60_000);

  it("does not open another's account, though it is right for one's own", async () => {
    const mine = await plain.forgetful("mine");
    const yours = await plain.forgetful("yours");
    if (mine !== yours) await expect(plain.confirm("yours", mine)).rejects.toMatchObject(MISMATCH);
  });
});

describe("who is told what", () => {
  it("says that nobody has a name, or a disabled user, unless the client hides that", async () => {
    const unknown = { name: "UserNotFoundException", message: "Username/client id combination not found." };
    await expect(plain.confirm("nobody", "123456")).rejects.toMatchObject(unknown);
    const code = await plain.forgetful("off");
    await call("AdminDisableUser", { UserPoolId: plain.pool, Username: "off" });
    await expect(plain.confirm("off", code)).rejects.toMatchObject(unknown);
  });

  it("takes no code, not even a right one, for a disabled user, and says what it says to all", async () => {
    const code = await hiding.forgetful("off");
    await call("AdminDisableUser", { UserPoolId: hiding.pool, Username: "off" });
    await expect(hiding.confirm("off", code)).rejects.toMatchObject(MISMATCH);
  });

  it("answers for unknown names as for known ones, before and after a code was asked for", async () => {
    await makeUser(hiding.pool, "known", { email: "known.hidden@example.com", email_verified: "true" });
    for (const name of ["known", "unknown", "someone@example.com"]) {
      await expect(hiding.confirm(name, "123456")).rejects.toMatchObject(EXPIRED);
      await hiding.forget(name);
      await expect(hiding.confirm(name, "not-it")).rejects.toMatchObject(MISMATCH);
      await expect(hiding.confirm(name, "not-it", "weak")).rejects.toMatchObject({ name: "InvalidParameterException" });
      await expect(hiding.confirm(name, "not-it", "weak-pass")).rejects.toMatchObject({
        name: "InvalidPasswordException",
      });
    }
  });

  it("gives nobody who has no proven address a password, whatever code is tried", async () => {
    await makeUser(hiding.pool, "bare");
    await hiding.forget("bare");
    for (let at = 0; at < 15; at++) {
      await expect(hiding.confirm("bare", String(100000 + at))).rejects.toMatchObject(MISMATCH);
    }
    await expect(hiding.confirm("bare", "123456")).rejects.toMatchObject(TOO_MANY);
  });

  it("costs the same for a name that nobody has", async () => {
    await hiding.forgetful("real");
    await hiding.forget("unreal");
    const costs = await costsOf(async () => {
      for (const name of ["real", "unreal"]) await hiding.confirm(name, "not-it").catch(() => undefined);
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 1]);
    expect(costs[0]?.rowsWritten).toBe(costs[1]?.rowsWritten);
  });
});

describe("failures", () => {
  it("leaves nothing half done wherever the database fails, and works when tried again", async () => {
    const code = await plain.forgetful("broken");
    for (const n of [1, 2]) {
      const { result } = await interruptedAt(n, () => plain.confirm("broken", code).catch((fault) => fault));
      expect(result).toMatchObject({ name: "InternalErrorException", status: 500 });
      expect(await signIn(plain.ClientId, "broken")).toHaveProperty("AuthenticationResult");
    }
    await plain.confirm("broken", code);
    expect(await signIn(plain.ClientId, "broken", NEXT)).toHaveProperty("AuthenticationResult");
  });

  it("keeps the new password when the post-confirmation trigger fails, as Cognito does", async () => {
    const PostConfirmation = "arn:aws:lambda:us-east-1:000000000000:function:f";
    const { ClientId, confirm, forgetful } = await open({ LambdaConfig: { PostConfirmation } });
    await expect(confirm("jane", await forgetful("jane"))).rejects.toMatchObject({ name: "UnexpectedLambdaException" });
    expect(await signIn(ClientId, "jane", NEXT)).toHaveProperty("AuthenticationResult");
  });

  it("takes two hops", async () => {
    const code = await plain.forgetful("measured");
    const [cost] = await costsOf(() => plain.confirm("measured", code));
    expect(cost?.hops).toBe(2);
  });
});
