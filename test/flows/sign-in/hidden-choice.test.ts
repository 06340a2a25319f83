import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { call, codeSentTo, makeClient, outbox, PASSWORD } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { makePasskeyUser, type PasskeyUser, register } from "../../operations/passkeys/passkey-user.ts";
import { openSrp } from "../../srp-client.ts";
import {
  ADDRESSES,
  allowing,
  type Choice,
  HIDES,
  lockOut,
  makeChoice,
  newAddress,
  newName,
  newPhone,
} from "./choice.ts";

afterEach(() => void vi.useRealTimers());

const wrong = { name: "NotAuthorizedException", message: "Incorrect username or password." };
const mismatch = { name: "CodeMismatchException", message: "Invalid code or auth state for the user." };

/** What can be told of an answer by looking at it. */
const shapeOf = ({ Session, ...answer }: any) => ({
  ...answer,
  session: Session?.length,
  ChallengeParameters: Object.keys(answer.ChallengeParameters ?? {}).sort(),
});

describe("[Amazon Cognito: managing user existence error responses] a name that nobody has, where the client hides users", () => {
  let choice: Choice;
  let known: Awaited<ReturnType<Choice["user"]>>;
  beforeAll(async () => {
    choice = await makeChoice({}, HIDES);
    known = await choice.user();
  });

  it.each([
    [{}],
    [{ PREFERRED_CHALLENGE: "EMAIL_OTP" }],
    [{ PREFERRED_CHALLENGE: "SMS_OTP" }],
    [{ PREFERRED_CHALLENGE: "WEB_AUTHN" }],
    [{ PREFERRED_CHALLENGE: "PASSWORD" }],
    [{ PREFERRED_CHALLENGE: "PASSWORD_SRP" }],
    [{ PREFERRED_CHALLENGE: "PASSWORD_SRP", SRP_A: "2" }],
  ])("is answered as a user of the pool is, at the same cost: %j", async (parameters) => {
    await choice.begin(known.name);
    const [names, answers] = [[known.name, newName()], [] as any[]];
    const costs = await costsOf(async () => {
      for (const name of names) answers.push(await choice.begin(name, parameters));
    });
    expect(shapeOf(answers[1])).toEqual(shapeOf(answers[0]));
    expect(costs[1]?.hops).toBe(costs[0]?.hops);
    expect(costs[1]?.rowsWritten).toBe(costs[0]?.rowsWritten);
  });

  it("is answered the same each time, and sent nothing", async () => {
    const email = newAddress();
    const shown = new Set<string>();
    for (let n = 0; n < 3; n++) {
      const { ChallengeParameters } = await choice.begin(email, { PREFERRED_CHALLENGE: "EMAIL_OTP" });
      shown.add(JSON.stringify(ChallengeParameters));
    }
    expect([...shown]).toEqual([
      JSON.stringify({
        CODE_DELIVERY_DELIVERY_MEDIUM: "EMAIL",
        CODE_DELIVERY_DESTINATION: "u***@e***",
        USER_ID_FOR_SRP: email,
      }),
    ]);
    expect(await outbox(email)).toEqual([]);
  });

  it("finds no answer right, and each wrong as a user's wrong one is, at the same cost", async () => {
    const picked = (ANSWER: string) => async (name: string) => {
      const { Session } = await choice.begin(name);
      return (await choice.answer("SELECT_CHALLENGE", Session, { USERNAME: name, ANSWER })).Session;
    };
    const preferred = (PREFERRED_CHALLENGE: string) => async (name: string) =>
      (await choice.begin(name, { PREFERRED_CHALLENGE })).Session;
    const chosen = async (name: string) => (await choice.begin(name)).Session;
    const bad = { PASSWORD: "Wr0ng-Horse!", EMAIL_OTP_CODE: "00000000", SMS_OTP_CODE: "00000000" };
    const rounds = [
      ["EMAIL_OTP", preferred("EMAIL_OTP"), bad, mismatch],
      ["SMS_OTP", picked("SMS_OTP"), bad, mismatch],
      ["PASSWORD", preferred("PASSWORD"), bad, wrong],
      ["PASSWORD", picked("PASSWORD"), bad, wrong],
      ["SELECT_CHALLENGE", chosen, { ...bad, ANSWER: "PASSWORD" }, wrong],
    ] as const;
    for (const [challenge, begin, responses, refusal] of rounds) {
      const { name: fresh } = await choice.user();
      const costs = await costsOf(async () => {
        for (const name of [fresh, newName()]) {
          const session = await begin(name);
          const answer = choice.answer(challenge, session, { USERNAME: name, ...responses });
          await expect(answer).rejects.toMatchObject(refusal);
        }
      });
      const told = costs.map(({ hops, rowsWritten }) => [hops, rowsWritten]);
      expect(told.slice(told.length / 2)).toEqual(told.slice(0, told.length / 2));
    }
  });

  it("fails SRP as a wrong password does", async () => {
    const name = newName();
    const { SRP_A, answer } = openSrp(choice.pool);
    const { ChallengeParameters, Session } = await choice.begin(name, { PREFERRED_CHALLENGE: "PASSWORD_SRP", SRP_A });
    const proof = answer(ChallengeParameters, PASSWORD);
    await expect(choice.answer("PASSWORD_VERIFIER", Session, proof)).rejects.toMatchObject(wrong);
  });

  it("is locked out by guesses as a user is", async () => {
    // A lock of a second must outlast the test.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const name = newName();
    const guess = () => choice.begin(name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD });
    for (let n = 0; n < 5; n++) await expect(guess()).rejects.toMatchObject(wrong);
    await expect(guess()).rejects.toMatchObject({ message: "Password attempts exceeded" });
    const { Session } = await choice.begin(name, { PREFERRED_CHALLENGE: "EMAIL_OTP" });
    const code = () => choice.answer("EMAIL_OTP", Session, { USERNAME: name, EMAIL_OTP_CODE: "00000000" });
    for (let n = 0; n < 5; n++) await expect(code()).rejects.toMatchObject(mismatch);
    await expect(code()).rejects.toMatchObject({ message: "Code attempts exceeded" });
  });

  it("has an hour's codes of its own, however many others were asked for", async () => {
    for (let n = 0; n < 45; n++) {
      const begun = await choice.begin(newName(), { PREFERRED_CHALLENGE: "SMS_OTP" });
      expect(begun.ChallengeName).toBe("SMS_OTP");
    }
    const name = newName();
    for (let n = 0; n < 20; n++) await choice.begin(name, { PREFERRED_CHALLENGE: "EMAIL_OTP" });
    await expect(choice.begin(name, { PREFERRED_CHALLENGE: "EMAIL_OTP" })).rejects.toMatchObject({
      name: "LimitExceededException",
    });
  }, 60_000);

  it("gets its codes after the answer, if somebody has it", async () => {
    const { name, email } = await choice.user();
    const { Session } = await choice.begin(name, { PREFERRED_CHALLENGE: "EMAIL_OTP" });
    const code = await vi.waitFor(() => codeSentTo(email));
    const responses = { USERNAME: name, EMAIL_OTP_CODE: code };
    expect(await choice.answer("EMAIL_OTP", Session, responses)).toHaveProperty("AuthenticationResult");
  });

  it("is answered like a disabled user, of whom only the right answer tells", async () => {
    const { name } = await choice.user();
    await call("AdminDisableUser", { UserPoolId: choice.pool, Username: name });
    expect(await choice.begin(name)).toMatchObject({ ChallengeName: "SELECT_CHALLENGE" });
    const guess = (password: string) => choice.begin(name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD: password });
    await expect(guess("Wr0ng-Horse!")).rejects.toMatchObject(wrong);
    await expect(guess(PASSWORD)).rejects.toMatchObject({ message: "User is disabled." });
  });
});

describe("what names that nobody has could choose from", () => {
  it("is what the pool allows, while there are no users", async () => {
    const empty = await makeChoice(allowing("PASSWORD", "EMAIL_OTP", "WEB_AUTHN"), HIDES);
    expect((await empty.begin(newName())).AvailableChallenges).toEqual(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP"]);
  });

  it("is what this or that of the users has: no list tells that somebody is there", async () => {
    const mixed = await makeChoice(allowing("PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"), HIDES);
    const lists = new Map<string, string>();
    for (let n = 0; n < 6; n++) {
      const { name } = await mixed.user();
      lists.set(name, "");
      lists.set(await mixed.passwordless({ email: newAddress() }), "");
      lists.set(await mixed.passwordless({ email: newAddress(), phone_number: newPhone() }), "");
    }
    for (const name of lists.keys()) lists.set(name, JSON.stringify((await mixed.begin(name)).AvailableChallenges));
    const held = new Set(lists.values());
    expect(held.size).toBe(3);
    const shown = new Map<string, string>();
    for (let n = 0; n < 60; n++) {
      const name = newName();
      const { AvailableChallenges } = await mixed.begin(name);
      shown.set(name, JSON.stringify(AvailableChallenges));
    }
    expect(new Set(shown.values())).toEqual(held);
    const again = [...shown.keys()].slice(0, 10);
    for (const name of again) {
      expect(JSON.stringify((await mixed.begin(name)).AvailableChallenges)).toBe(shown.get(name));
    }
  }, 60_000);

  it("may be a passkey, that of nobody", async () => {
    const passkeys = await makeChoice(allowing("PASSWORD", "WEB_AUTHN"), HIDES);
    const { ClientId } = await makeClient(passkeys.pool);
    const owner = await makePasskeyUser({ pool: passkeys.pool, client: ClientId });
    await register(owner);
    const ask = async (name: string) => {
      const begun = await passkeys.begin(name, { PREFERRED_CHALLENGE: "WEB_AUTHN" });
      expect(begun.ChallengeName).toBe("WEB_AUTHN");
      return { ...begun, options: JSON.parse(begun.ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS) };
    };
    const [name, real] = [newName(), await ask(owner.name)];
    const unknown = await ask(name);
    expect(unknown.AvailableChallenges).toEqual(real.AvailableChallenges);
    expect(unknown.options.allowCredentials).toHaveLength(1);
    expect((await ask(name)).options.allowCredentials).toEqual(unknown.options.allowCredentials);
    expect(unknown.options.allowCredentials[0].id).not.toBe(real.options.allowCredentials[0].id);
    const CREDENTIAL = JSON.stringify(await owner.authenticator.get(real.options));
    await expect(passkeys.answer("WEB_AUTHN", unknown.Session, { USERNAME: name, CREDENTIAL })).rejects.toMatchObject(
      wrong,
    );
  });

  it("is shown of a user who has nothing to begin with, whichever way they are asked: none of theirs", async () => {
    const choice = await makeChoice(allowing("PASSWORD", "WEB_AUTHN"), HIDES);
    const { ClientId } = await makeClient(choice.pool);
    const withPasskey = async () => {
      const someone = await makePasskeyUser({ pool: choice.pool, client: ClientId });
      await register(someone);
      return someone;
    };
    await withPasskey();
    const lockedOut = async () => {
      const someone = await withPasskey();
      await lockOut(choice.pool, someone.name);
      return someone;
    };
    let owner: PasskeyUser = await lockedOut();
    // Until it is the other who stands in for them, as for every second name.
    while (!(await choice.begin(owner.name)).AvailableChallenges.includes("WEB_AUTHN")) {
      await call("AdminDeleteUser", { UserPoolId: choice.pool, Username: owner.name });
      owner = await lockedOut();
    }
    const [own] = owner.authenticator.held;
    const shown = async (begin: Promise<any>) => {
      const { ChallengeParameters } = await begin;
      const { allowCredentials } = JSON.parse(ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS);
      return allowCredentials.map(({ id }: { id: string }) => id);
    };
    const preferred = await shown(choice.begin(owner.name, { PREFERRED_CHALLENGE: "WEB_AUTHN" }));
    const { Session } = await choice.begin(owner.name);
    const picked = { USERNAME: owner.name, ANSWER: "WEB_AUTHN" };
    expect(await shown(choice.answer("SELECT_CHALLENGE", Session, picked))).toEqual(preferred);
    expect(preferred).not.toContain(own?.id);
  });

  it("stands in for a user who has nothing to begin with, to whom nothing is sent and for whom nothing is right", async () => {
    const choice = await makeChoice({}, HIDES);
    await choice.user();
    const email = newAddress();
    const name = await choice.passwordless({ email });
    await call("SetUserPoolMfaConfig", {
      UserPoolId: choice.pool,
      MfaConfiguration: "OPTIONAL",
      SmsMfaConfiguration: { SmsConfiguration: { SnsCallerArn: "arn:aws:iam::000000000000:role/sms" } },
    });
    await call("AdminUpdateUserAttributes", {
      UserPoolId: choice.pool,
      Username: name,
      UserAttributes: [{ Name: "phone_number", Value: newPhone() }],
    });
    await call("AdminSetUserMFAPreference", {
      UserPoolId: choice.pool,
      Username: name,
      SMSMfaSettings: { Enabled: true },
    });
    await vi.waitFor(async () => {
      const begun = await choice.begin(name);
      expect(begun.AvailableChallenges).toEqual(ADDRESSES);
    });
    const { Session } = await choice.begin(name, { PREFERRED_CHALLENGE: "EMAIL_OTP" });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await outbox(email)).toEqual([]);
    const responses = { USERNAME: name, EMAIL_OTP_CODE: "00000000" };
    await expect(choice.answer("EMAIL_OTP", Session, responses)).rejects.toMatchObject(mismatch);
    await expect(choice.begin(name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD: PASSWORD })).rejects.toMatchObject(
      wrong,
    );
  });
});
