import { env } from "cloudflare:workers";
import { decodeJwt } from "jose";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { call, codeSentTo, makeClient, PASSWORD } from "../../../client.ts";
import { costsOf } from "../../../cost.ts";
import { wrongCode } from "../../../operations/wrong-code.ts";
import {
  allowing,
  type Choice,
  HIDES,
  listOf,
  makeChoice,
  newAddress,
  newName,
  newPhone,
  usernameOf,
} from "../choice.ts";
import { USED } from "../refusals.ts";

const SESSION = expect.stringMatching(/^.{20,2048}$/);
const foreign = { name: "NotAuthorizedException", message: "Invalid session for the user." };
const expired = { name: "NotAuthorizedException", message: "Invalid session for the user, session is expired." };

let choice: Choice;
/** A pool where a code is no first factor. */
let passwords: Choice;
beforeAll(async () => {
  const verifies = { AutoVerifiedAttributes: ["email"] };
  choice = await makeChoice({ ...allowing("PASSWORD", "EMAIL_OTP", "SMS_OTP"), ...verifies });
  passwords = await makeChoice({ Policies: {}, ...verifies });
});

/** Signs someone up. @returns what SignUp said, and how to confirm */
async function signUp(where: Choice, { Password, ...more }: { Password?: string; email?: string } = {}) {
  const { email = newAddress() } = more;
  const name = newName();
  const answer = await call("SignUp", {
    ClientId: where.client,
    Username: name,
    ...(Password !== undefined && { Password }),
    UserAttributes: listOf({ email }),
  });
  const confirm = async (input: object = {}, client = where.client) =>
    call("ConfirmSignUp", { ClientId: client, Username: name, ConfirmationCode: await codeSentTo(email), ...input });
  return { name, email, answer, confirm };
}

describe("[Amazon Cognito API: SignUp, ConfirmSignUp] the journey of a new user", () => {
  it("without password: signed up, confirmed, and signed in by the Session, with nothing proven again", async () => {
    const { name, answer, confirm } = await signUp(choice);
    expect(answer).toMatchObject({ UserConfirmed: false, Session: SESSION });
    const confirmed = await confirm({ Session: answer.Session });
    expect(confirmed).toEqual({ Session: SESSION });
    const result = await choice.begin(name, {}, { Session: confirmed.Session });
    expect(usernameOf(result)).toBe(name);
    expect(decodeJwt(result.AuthenticationResult.IdToken).email_verified).toBe(true);
  });

  it("later: by a code, as ever", async () => {
    const { name, email, confirm } = await signUp(choice);
    await confirm();
    const { ChallengeName, Session } = await choice.begin(name);
    expect(ChallengeName).toBe("EMAIL_OTP");
    const responses = { USERNAME: name, EMAIL_OTP_CODE: await codeSentTo(email) };
    expect(usernameOf(await choice.answer("EMAIL_OTP", Session, responses))).toBe(name);
  });

  it("with a password: the same", async () => {
    const { name, confirm } = await signUp(choice, { Password: PASSWORD });
    const { Session } = await confirm();
    expect(usernameOf(await choice.begin(name, {}, { Session }))).toBe(name);
  });

  it("by phone: the code in the message counts like one of SMS_OTP", async () => {
    const where = await makeChoice({ ...allowing("PASSWORD", "SMS_OTP"), AutoVerifiedAttributes: ["phone_number"] });
    const [Username, phone_number] = [newName(), newPhone()];
    await call("SignUp", { ClientId: where.client, Username, UserAttributes: listOf({ phone_number }) });
    const ConfirmationCode = await codeSentTo(phone_number);
    const { Session } = await call("ConfirmSignUp", { ClientId: where.client, Username, ConfirmationCode });
    expect(usernameOf(await where.begin(Username, {}, { Session }))).toBe(Username);
  });

  it("is open to programs that act for users", async () => {
    const { name, confirm } = await signUp(choice);
    const { Session } = await confirm();
    const begin = {
      UserPoolId: choice.pool,
      ClientId: choice.client,
      AuthFlow: "USER_AUTH",
      AuthParameters: { USERNAME: name },
      Session,
    };
    expect(usernameOf(await call("AdminInitiateAuth", begin))).toBe(name);
  });

  it("takes two hops from Session to tokens", async () => {
    const { name, confirm } = await signUp(choice);
    const { Session } = await confirm();
    const costs = await costsOf(() => choice.begin(name, {}, { Session }));
    expect(costs.map(({ hops }) => hops)).toEqual([2]);
  });

  it("goes on to a second factor where the pool demands one", async () => {
    const where = await makeChoice({ Policies: {}, AutoVerifiedAttributes: ["email"] });
    await call("SetUserPoolMfaConfig", {
      UserPoolId: where.pool,
      MfaConfiguration: "ON",
      SoftwareTokenMfaConfiguration: { Enabled: true },
    });
    const { name, answer, confirm } = await signUp(where, { Password: PASSWORD });
    const { Session } = await confirm({ Session: answer.Session });
    const begun = await where.begin(name, {}, { Session });
    expect(begun.ChallengeName).toBe("MFA_SETUP");
    await expect(where.begin(name, {}, { Session: begun.Session })).rejects.toMatchObject(foreign);
  });
});

describe("where a code is no first factor", () => {
  it("it takes the Session of SignUp, too: whoever brings it has chosen the password", async () => {
    const { name, answer, confirm } = await signUp(passwords, { Password: PASSWORD });
    const { Session } = await confirm({ Session: answer.Session });
    expect(usernameOf(await passwords.begin(name, {}, { Session }))).toBe(name);
  });

  it("the code alone confirms, and signs nobody in", async () => {
    const { confirm } = await signUp(passwords, { Password: PASSWORD });
    expect(await confirm()).toEqual({});
  });

  it("nor does it with a Session of somebody else, of another client, or none at all", async () => {
    const other = await signUp(passwords, { Password: PASSWORD });
    const elsewhere = await passwords.with({});
    const sessions = [
      other.answer.Session,
      "A".repeat(100),
      (
        await call("SignUp", {
          ClientId: elsewhere.client,
          Username: newName(),
          Password: PASSWORD,
          UserAttributes: listOf({ email: newAddress() }),
        })
      ).Session,
    ];
    for (const Session of sessions) {
      const { confirm } = await signUp(passwords, { Password: PASSWORD });
      expect(await confirm({ Session })).toEqual({});
    }
  });

  it("nor does it once the user was signed out everywhere: what was proven before counts no more", async () => {
    const { name, answer, confirm } = await signUp(passwords, { Password: PASSWORD });
    await call("AdminUserGlobalSignOut", { UserPoolId: passwords.pool, Username: name });
    expect(await confirm({ Session: answer.Session })).toEqual({});
  });

  it("nor does it a quarter of an hour after the sign-up, though the code still confirms", async () => {
    const { name, answer, confirm } = await signUp(passwords, { Password: PASSWORD });
    const now = Date.now();
    const clock = vi.spyOn(Date, "now");
    try {
      clock.mockReturnValue(now + 15 * 60_000 + 1_000);
      expect(await confirm({ Session: answer.Session })).toEqual({});
      const begun = await passwords.begin(name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD });
      expect(begun).toHaveProperty("AuthenticationResult");
    } finally {
      clock.mockRestore();
    }
  });
});

describe("the Session of ConfirmSignUp", () => {
  const confirmed = async (where = choice) => {
    const { name, confirm } = await signUp(where);
    return { name, Session: (await confirm()).Session as string };
  };

  it("is good once, of a hundred calls at once", async () => {
    const { name, Session } = await confirmed();
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => choice.begin(name, {}, { Session }).catch(({ message }) => message)),
    );
    expect(answers.filter((each) => each.AuthenticationResult)).toHaveLength(1);
    expect(new Set(answers.filter((each) => !each.AuthenticationResult))).toEqual(new Set([USED.message]));
    const { results } = await env.DB.prepare(
      "select sessions.id from sessions join users using (pool_id, sub) where pool_id = ? and username = ?",
    )
      .bind(choice.pool, name)
      .all();
    expect(results).toHaveLength(1);
  }, 60_000);

  it("is of one user and client, and answers no challenge", async () => {
    const { name, Session } = await confirmed();
    const other = await choice.user();
    const elsewhere = await choice.with({});
    const refused = [
      () => choice.begin(other.name, {}, { Session }),
      () => elsewhere.begin(name, {}, { Session }),
      () => choice.answer("SELECT_CHALLENGE", Session, { USERNAME: name, ANSWER: "EMAIL_OTP" }),
      () => choice.answer("EMAIL_OTP", Session, { USERNAME: name, EMAIL_OTP_CODE: "00000000" }),
      () => choice.begin(name, {}, { Session: "A".repeat(100) }),
    ];
    for (const refuse of refused) await expect(refuse()).rejects.toMatchObject(foreign);
    expect(usernameOf(await choice.begin(name, {}, { Session }))).toBe(name);
  });

  it("dies with the client's AuthSessionValidity", async () => {
    const { name, Session } = await confirmed();
    const now = Date.now();
    const clock = vi.spyOn(Date, "now");
    try {
      clock.mockReturnValue(now + 3 * 60_000 + 1_000);
      await expect(choice.begin(name, {}, { Session })).rejects.toMatchObject(expired);
    } finally {
      clock.mockRestore();
    }
  });

  it("is void once the user has another password, was signed out everywhere, or is disabled or gone", async () => {
    const means = {
      AdminSetUserPassword: { Password: PASSWORD, Permanent: true },
      AdminUserGlobalSignOut: {},
      AdminDisableUser: {},
      AdminDeleteUser: {},
    };
    for (const [operation, input] of Object.entries(means)) {
      const { name, Session } = await confirmed();
      await call(operation, { UserPoolId: choice.pool, Username: name, ...input });
      await expect(choice.begin(name, {}, { Session })).rejects.toMatchObject({ name: "NotAuthorizedException" });
    }
  });

  it("is asked for its secret hash by a confidential client", async () => {
    const { secretHash } = await import("../../../../src/mechanisms/callers/secret-hash.ts");
    const { ClientId, ClientSecret } = await makeClient(choice.pool, {
      ExplicitAuthFlows: ["ALLOW_USER_AUTH"],
      GenerateSecret: true,
    });
    const [Username, email] = [newName(), newAddress()];
    const SecretHash = await secretHash(ClientSecret as string, Username, ClientId);
    await call("SignUp", { ClientId, Username, SecretHash, UserAttributes: listOf({ email }) });
    const ConfirmationCode = await codeSentTo(email);
    const { Session } = await call("ConfirmSignUp", { ClientId, Username, SecretHash, ConfirmationCode });
    const begin = (AuthParameters: object) =>
      call("InitiateAuth", { ClientId, AuthFlow: "USER_AUTH", AuthParameters, Session });
    await expect(begin({ USERNAME: Username })).rejects.toMatchObject({ name: "NotAuthorizedException" });
    expect(usernameOf(await begin({ USERNAME: Username, SECRET_HASH: SecretHash }))).toBe(Username);
  });

  it("comes with nothing but a right code: not from a wrong one, nor from an administrator who confirms", async () => {
    const { name, email, confirm } = await signUp(choice);
    const wrong = confirm({ ConfirmationCode: wrongCode(await codeSentTo(email)) });
    await expect(wrong).rejects.toMatchObject({ name: "CodeMismatchException" });
    expect(await call("AdminConfirmSignUp", { UserPoolId: choice.pool, Username: name })).toEqual({});
    await expect(confirm()).rejects.toMatchObject({ name: "NotAuthorizedException" });
  });

  it("is not given to clients that do not allow USER_AUTH, nor is that of SignUp", async () => {
    const { ClientId } = await makeClient(choice.pool);
    const [Username, email] = [newName(), newAddress()];
    const answer = await call("SignUp", { ClientId, Username, UserAttributes: listOf({ email }) });
    expect(answer.Session).toBeUndefined();
    const ConfirmationCode = await codeSentTo(email);
    expect(await call("ConfirmSignUp", { ClientId, Username, ConfirmationCode })).toEqual({});
  });
});

describe("the Session of SignUp, by itself,", () => {
  it("says that the user is not confirmed, for as long as that is so", async () => {
    const { name, answer } = await signUp(choice);
    for (let n = 0; n < 2; n++) {
      await expect(choice.begin(name, {}, { Session: answer.Session })).rejects.toMatchObject({
        name: "UserNotConfirmedException",
      });
    }
  });

  it("lets nobody in when somebody else confirms: the user has yet to prove themselves", async () => {
    const hiding = await choice.with(HIDES);
    for (const where of [choice, hiding]) {
      const { name, answer } = await signUp(where, { Password: PASSWORD });
      await call("AdminConfirmSignUp", { UserPoolId: where.pool, Username: name });
      const begun = await where.begin(name, {}, { Session: answer.Session });
      expect(begun).toMatchObject({
        ChallengeName: "SELECT_CHALLENGE",
        AvailableChallenges: ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"],
      });
    }
  });
});
