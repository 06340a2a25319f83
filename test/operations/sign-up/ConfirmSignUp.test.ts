import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { secretHash } from "../../../src/mechanisms/callers/secret-hash.ts";
import { call, codeSentTo, makeClient, makePool, PASSWORD } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { interruptedAt } from "../../interrupted.ts";
import { wrongCode } from "../wrong-code.ts";

const EXPIRED = { name: "ExpiredCodeException", message: "Invalid code provided, please request a code again." };
const MISMATCH = { name: "CodeMismatchException", message: "Invalid verification code provided, please try again." };
const TOO_MANY = {
  name: "TooManyFailedAttemptsException",
  message: "Attempt limit exceeded, please try after some time.",
};
const confirmedAlready = {
  name: "NotAuthorizedException",
  message: "User cannot be confirmed. Current status is CONFIRMED",
};

const list = (attributes: Record<string, string>) =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
const get = async (UserPoolId: string, Username: string): Promise<Record<string, string>> => {
  const { UserStatus, UserAttributes } = await call("AdminGetUser", { UserPoolId, Username });
  const attributes = UserAttributes.map(({ Name, Value }: { Name: string; Value: string }) => [Name, Value]);
  return { UserStatus, ...Object.fromEntries(attributes) };
};

async function open(settings: object = {}, clientSettings: object = {}) {
  const pool = await makePool({ AutoVerifiedAttributes: ["email"], ...settings });
  const { ClientId, ClientSecret } = await makeClient(pool, clientSettings);
  let at = 0;
  const confirm = (Username: string, ConfirmationCode: string, more: object = {}) =>
    call("ConfirmSignUp", { ClientId, Username, ConfirmationCode, ...more });
  /** Signs someone up. @returns the code that was sent */
  const signUp = async (Username: string, email = `${Username}${at++}.${pool}@example.com`.replace("_", "-")) => {
    await call("SignUp", { ClientId, Username, Password: PASSWORD, UserAttributes: list({ email }) });
    return codeSentTo(email);
  };
  return { pool, ClientId, ClientSecret, signUp, confirm };
}

let plain: Awaited<ReturnType<typeof open>>;
let hiding: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  plain = await open();
  hiding = await open({}, { PreventUserExistenceErrors: "ENABLED" });
});

describe("a right code", () => {
  it("confirms the user and verifies the address it went to", async () => {
    const code = await plain.signUp("jane");
    expect(await plain.confirm("jane", code)).toEqual({});
    expect(await get(plain.pool, "jane")).toMatchObject({ UserStatus: "CONFIRMED", email_verified: "true" });
  });

  it("works once: afterwards the answer names the user's state", async () => {
    const code = await plain.signUp("once");
    await plain.confirm("once", code);
    await expect(plain.confirm("once", code)).rejects.toMatchObject(confirmedAlready);
  });

  it("works for one of 100 calls at once", async () => {
    const code = await plain.signUp("race");
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => plain.confirm("race", code)));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const names = new Set(outcomes.flatMap((each) => (each.status === "rejected" ? [each.reason.name] : [])));
    // Those beyond the limit were turned away; those within it came after the one, or saw the count cleared by it.
    expect([...names].filter((name) => !["NotAuthorizedException", TOO_MANY.name].includes(name))).toEqual([]);
    expect(await get(plain.pool, "race")).toMatchObject({ UserStatus: "CONFIRMED" });
  }, 60_000);

  it("fits the user it was sent to and nobody else", async () => {
    const first = await plain.signUp("first");
    const second = await plain.signUp("second");
    await expect(plain.confirm("second", first === second ? wrongCode(first) : first)).rejects.toMatchObject(MISMATCH);
    await expect(plain.confirm("second", second)).resolves.toEqual({});
  });

  it("proves nothing once the address has changed", async () => {
    const code = await plain.signUp("moved");
    await call("AdminUpdateUserAttributes", {
      UserPoolId: plain.pool,
      Username: "moved",
      UserAttributes: list({ email: "elsewhere@example.com", email_verified: "false" }),
    });
    await expect(plain.confirm("moved", code)).rejects.toMatchObject(EXPIRED);
    expect(await get(plain.pool, "moved")).toMatchObject({ UserStatus: "UNCONFIRMED", email_verified: "false" });
  });

  it("stands up to a pool without regard to case", async () => {
    const folded = await open({ UsernameConfiguration: { CaseSensitive: false } });
    const code = await folded.signUp("Jane");
    await expect(folded.confirm("jANE", code)).resolves.toEqual({});
  });

  it("is voided by the next one", async () => {
    const old = await plain.signUp("again", "again@example.com");
    await call("ResendConfirmationCode", { ClientId: plain.ClientId, Username: "again" });
    const next = await codeSentTo("again@example.com");
    if (old !== next) await expect(plain.confirm("again", old)).rejects.toMatchObject(MISMATCH);
    await expect(plain.confirm("again", next)).resolves.toEqual({});
  });

  it("asks a confidential client for its secret hash before anything is counted", async () => {
    const secret = await open({}, { GenerateSecret: true });
    const SecretHash = await secretHash(secret.ClientSecret as string, "jane", secret.ClientId);
    await call("SignUp", {
      ClientId: secret.ClientId,
      SecretHash,
      Username: "jane",
      Password: PASSWORD,
      UserAttributes: list({ email: "hash@example.com" }),
    });
    const code = await codeSentTo("hash@example.com");
    for (let at = 0; at < 16; at++) {
      await expect(secret.confirm("jane", code)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    }
    await expect(secret.confirm("jane", code, { SecretHash })).resolves.toEqual({});
  });
});

describe("a wrong code", () => {
  it("leaves the right one usable", async () => {
    const code = await plain.signUp("typo");
    for (const wrong of [wrongCode(code), "1", "not-a-code", `${code}0`, "０００００００"]) {
      await expect(plain.confirm("typo", wrong)).rejects.toMatchObject(MISMATCH);
    }
    await expect(plain.confirm("typo", code)).resolves.toEqual({});
  });

  it("is told apart from one that has expired or was never sent", async () => {
    const code = await plain.signUp("late");
    await env.DB.prepare("update codes set expires_at = ? where pool_id = ?")
      .bind(Date.now() - 1, plain.pool)
      .run();
    await expect(plain.confirm("late", code)).rejects.toMatchObject(EXPIRED);
  });

  it("lives for a day", async () => {
    await plain.signUp("day");
    const row = await env.DB.prepare(
      "select expires_at - ?1 as left from codes where pool_id = ?2 order by expires_at desc",
    )
      .bind(Date.now(), plain.pool)
      .first<{ left: number }>();
    expect(Math.round((row?.left ?? 0) / 60_000)).toBe(24 * 60);
  });

  it("is judged fifteen times an hour, then even the right one is turned away", async () => {
    const code = await plain.signUp("guess");
    for (let at = 0; at < 15; at++) {
      await expect(plain.confirm("guess", wrongCode(code))).rejects.toMatchObject(MISMATCH);
    }
    await expect(plain.confirm("guess", wrongCode(code))).rejects.toMatchObject(TOO_MANY);
    await expect(plain.confirm("guess", code)).rejects.toMatchObject(TOO_MANY);
    await env.DB.prepare("update attempts set since = since - 3600000 where pool_id = ?").bind(plain.pool).run();
    await expect(plain.confirm("guess", code)).resolves.toEqual({});
  });

  it("is judged fifteen times of 100 at once", async () => {
    const code = await plain.signUp("storm");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, () => plain.confirm("storm", wrongCode(code))),
    );
    const names = outcomes.map((each) => (each.status === "rejected" ? each.reason.name : "passed"));
    expect(names.filter((name) => name === MISMATCH.name)).toHaveLength(15);
    expect(names.filter((name) => name === TOO_MANY.name)).toHaveLength(85);
  }, 60_000);
});

describe("aliases", () => {
  const clash = { name: "AliasExistsException", message: "An account with the email already exists." };

  it("are refused where another user has proven them, and the code stays usable", async () => {
    const { pool, signUp, confirm } = await open({ AliasAttributes: ["email"] });
    await confirm("first", await signUp("first", "alias@example.com"));
    const code = await signUp("second", "alias@example.com");
    await expect(confirm("second", code)).rejects.toMatchObject(clash);
    expect(await get(pool, "second")).toMatchObject({ UserStatus: "UNCONFIRMED", email_verified: "false" });
    await confirm("second", code, { ForceAliasCreation: true });
    expect(await get(pool, "alias@example.com")).toMatchObject({ UserStatus: "CONFIRMED", email_verified: "true" });
    expect((await get(pool, "alias@example.com")).sub).toBe((await get(pool, "second")).sub);
    expect(await get(pool, "first")).toMatchObject({ email: "alias@example.com", email_verified: "false" });
  });

  it("go to one of two who prove them at the same moment", async () => {
    const { pool, signUp, confirm } = await open({ AliasAttributes: ["email"] });
    const codes = [await signUp("a", "both@example.com"), await signUp("b", "both@example.com")] as const;
    const outcomes = await Promise.allSettled([confirm("a", codes[0]), confirm("b", codes[1])]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const states = [await get(pool, "a"), await get(pool, "b")].map(({ UserStatus }) => UserStatus);
    expect(states.filter((status) => status === "CONFIRMED")).toHaveLength(1);
  });
});

describe("who is told what", () => {
  it("says that nobody has a name, unless the client hides that", async () => {
    await expect(plain.confirm("nobody", "123456")).rejects.toMatchObject({
      name: "UserNotFoundException",
      message: "Username/client id combination not found.",
    });
    await expect(hiding.confirm("nobody", "123456")).rejects.toMatchObject(EXPIRED);
    await call("ResendConfirmationCode", { ClientId: hiding.ClientId, Username: "nobody" });
    await expect(hiding.confirm("nobody", "123456")).rejects.toMatchObject(MISMATCH);
  });

  it("turns away guesses at unknown names like any other", async () => {
    for (let at = 0; at < 15; at++) await expect(hiding.confirm("ghost", "123456")).rejects.toMatchObject(EXPIRED);
    await expect(hiding.confirm("ghost", "123456")).rejects.toMatchObject(TOO_MANY);
  });

  it("refuses a disabled user, and does not say so where the client hides users", async () => {
    const code = await plain.signUp("off");
    await call("AdminDisableUser", { UserPoolId: plain.pool, Username: "off" });
    await expect(plain.confirm("off", code)).rejects.toMatchObject({ message: "User is disabled." });
    const hidden = await hiding.signUp("off");
    await call("AdminDisableUser", { UserPoolId: hiding.pool, Username: "off" });
    await expect(hiding.confirm("off", hidden)).rejects.toMatchObject(MISMATCH);
    expect(await get(hiding.pool, "off")).toMatchObject({ UserStatus: "UNCONFIRMED" });
  });

  it("hides a confirmed user behind an alias, and not behind a username, which SignUp tells anyway", async () => {
    const { ClientId, signUp, confirm } = await open(
      { AliasAttributes: ["email"] },
      { PreventUserExistenceErrors: "ENABLED" },
    );
    await confirm("jane", await signUp("jane", "hidden@example.com"));
    await expect(confirm("jane", "123456")).rejects.toMatchObject(confirmedAlready);
    await expect(confirm("hidden@example.com", "123456")).rejects.toMatchObject(EXPIRED);
    await expect(confirm("nobody@example.com", "123456")).rejects.toMatchObject(EXPIRED);
    for (const Username of ["hidden@example.com", "nobody@example.com"]) {
      await call("ResendConfirmationCode", { ClientId, Username });
      await expect(confirm(Username, "123456")).rejects.toMatchObject(MISMATCH);
    }
  });

  it("costs the same for a name that nobody has", async () => {
    await hiding.signUp("real");
    const costs = await costsOf(async () => {
      for (const name of ["real", "unreal"]) await hiding.confirm(name, "x").catch(() => undefined);
    });
    expect(costs.map(({ hops }) => hops)).toEqual([1, 1]);
  });
});

describe("triggers and failures", () => {
  it("keeps a user confirmed whose post-confirmation trigger fails, as Cognito does", async () => {
    const PostConfirmation = "arn:aws:lambda:us-east-1:000000000000:function:f";
    const { pool, signUp, confirm } = await open({ LambdaConfig: { PostConfirmation } });
    await expect(confirm("jane", await signUp("jane"))).rejects.toMatchObject({
      name: "UnexpectedLambdaException",
      message: "PostConfirmation invocation failed due to configuration.",
    });
    expect(await get(pool, "jane")).toMatchObject({ UserStatus: "CONFIRMED" });
  });

  it("leaves nothing half done wherever the database fails, and works when tried again", async () => {
    const code = await plain.signUp("broken");
    for (const n of [1, 2]) {
      const { result } = await interruptedAt(n, () => plain.confirm("broken", code).catch((fault) => fault));
      expect(result).toMatchObject({ name: "InternalErrorException", status: 500 });
      expect(await get(plain.pool, "broken")).toMatchObject({ UserStatus: "UNCONFIRMED", email_verified: "false" });
    }
    await expect(plain.confirm("broken", code)).resolves.toEqual({});
  });

  it("takes two hops", async () => {
    const code = await plain.signUp("measured");
    const [cost] = await costsOf(() => plain.confirm("measured", code));
    expect(cost?.hops).toBe(2);
  });
});
