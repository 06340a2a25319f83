import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { secretHash } from "../../../src/mechanisms/callers/secret-hash.ts";
import { call, codeSentTo, makeClient, outbox, PASSWORD } from "../../client.ts";
import { costsOf } from "../../cost.ts";
import { makePasskeyUser, type PasskeyUser, register } from "../../operations/passkeys/passkey-user.ts";
import { openSrp } from "../../srp-client.ts";
import { ADDRESSES, allowing, type Choice, HIDES, makeChoice, newName, usernameOf } from "./choice.ts";
import { USED } from "./refusals.ts";

afterEach(() => void vi.useRealTimers());

const SESSION = expect.stringMatching(/^.{20,2048}$/);
const wrong = { name: "NotAuthorizedException", message: "Incorrect username or password." };
const foreign = { name: "NotAuthorizedException", message: "Invalid session for the user." };

let choice: Choice;
let jane: Awaited<ReturnType<Choice["user"]>>;
beforeAll(async () => {
  choice = await makeChoice();
  jane = await choice.user();
});

describe("[Amazon Cognito: choice-based sign-in] InitiateAuth with USER_AUTH", () => {
  it("without PREFERRED_CHALLENGE, several options: SELECT_CHALLENGE with what there is, passwords first", async () => {
    expect(await choice.begin(jane.name)).toEqual({
      ChallengeName: "SELECT_CHALLENGE",
      Session: SESSION,
      ChallengeParameters: {},
      AvailableChallenges: ADDRESSES,
    });
  });

  it.each(["TARGET_ACR_VALUES", "MAX_AGE", "ACCESS_TOKEN"])(
    "refuses %s by name, rather than give less than was asked for",
    async (name) => {
      await expect(choice.begin(jane.name, { [name]: "1" })).rejects.toMatchObject({
        name: "NotImplementedException",
        message: `The parameter ${name} is not built yet.`,
      });
    },
  );

  it("without PREFERRED_CHALLENGE, exactly one: that challenge at once", async () => {
    const email = `${newName()}@example.com`;
    const name = await choice.passwordless({ email });
    expect(await choice.begin(name)).toEqual({
      ChallengeName: "EMAIL_OTP",
      Session: SESSION,
      ChallengeParameters: {
        CODE_DELIVERY_DELIVERY_MEDIUM: "EMAIL",
        CODE_DELIVERY_DESTINATION: "u***@e***",
        USER_ID_FOR_SRP: name,
      },
      AvailableChallenges: ["EMAIL_OTP"],
    });
    expect(await outbox(email)).toHaveLength(1);
  });

  it.each([
    ["EMAIL_OTP", "EMAIL", "u***@e***"],
    ["SMS_OTP", "SMS", expect.stringMatching(/^\+\*{7}\d{4}$/)],
  ])("PREFERRED_CHALLENGE=%s: the code is sent, and is of eight digits", async (preferred, medium, destination) => {
    const { name, email, phone } = await choice.user();
    expect(await choice.begin(name, { PREFERRED_CHALLENGE: preferred })).toEqual({
      ChallengeName: preferred,
      Session: SESSION,
      ChallengeParameters: {
        CODE_DELIVERY_DELIVERY_MEDIUM: medium,
        CODE_DELIVERY_DESTINATION: destination,
        USER_ID_FOR_SRP: name,
      },
      AvailableChallenges: ADDRESSES,
    });
    expect(await codeSentTo(medium === "SMS" ? phone : email)).toMatch(/^\d{8}$/);
  });

  it("PREFERRED_CHALLENGE=PASSWORD with PASSWORD: tokens in the same call", async () => {
    expect(usernameOf(await choice.begin(jane.name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD }))).toBe(jane.name);
    const guess = choice.begin(jane.name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD: "Wr0ng-Horse!" });
    await expect(guess).rejects.toMatchObject(wrong);
  });

  it("PREFERRED_CHALLENGE=PASSWORD without: the challenge PASSWORD", async () => {
    const { ChallengeName, ChallengeParameters, Session, AvailableChallenges } = await choice.begin(jane.name, {
      PREFERRED_CHALLENGE: "PASSWORD",
    });
    expect({ ChallengeName, ChallengeParameters, AvailableChallenges }).toEqual({
      ChallengeName: "PASSWORD",
      ChallengeParameters: {},
      AvailableChallenges: ADDRESSES,
    });
    expect(usernameOf(await choice.answer("PASSWORD", Session, { USERNAME: jane.name, PASSWORD }))).toBe(jane.name);
  });

  it("PREFERRED_CHALLENGE=PASSWORD_SRP with SRP_A: PASSWORD_VERIFIER with a Session", async () => {
    const { SRP_A, answer } = openSrp(choice.pool);
    const begun = await choice.begin(jane.name, { PREFERRED_CHALLENGE: "PASSWORD_SRP", SRP_A });
    expect(begun).toMatchObject({ ChallengeName: "PASSWORD_VERIFIER", Session: SESSION });
    const proof = answer(begun.ChallengeParameters, PASSWORD);
    expect(usernameOf(await choice.answer("PASSWORD_VERIFIER", begun.Session, proof))).toBe(jane.name);
  });

  it("PREFERRED_CHALLENGE=PASSWORD_SRP without: the challenge PASSWORD_SRP, whose answer leads to PASSWORD_VERIFIER", async () => {
    const { ChallengeName, Session } = await choice.begin(jane.name, { PREFERRED_CHALLENGE: "PASSWORD_SRP" });
    expect(ChallengeName).toBe("PASSWORD_SRP");
    const { SRP_A, answer } = openSrp(choice.pool);
    const next = await choice.answer("PASSWORD_SRP", Session, { USERNAME: jane.name, SRP_A });
    expect(next).toMatchObject({ ChallengeName: "PASSWORD_VERIFIER", Session: SESSION });
    const proof = answer(next.ChallengeParameters, PASSWORD);
    expect(usernameOf(await choice.answer("PASSWORD_VERIFIER", next.Session, proof))).toBe(jane.name);
    await expect(choice.answer("PASSWORD_SRP", Session, { USERNAME: jane.name, SRP_A })).rejects.toMatchObject(USED);
  });

  it.each(["WEB_AUTHN", "EMAIL_MFA"])(
    "PREFERRED_CHALLENGE=%s that the user does not have: SELECT_CHALLENGE",
    async (preferred) => {
      expect(await choice.begin(jane.name, { PREFERRED_CHALLENGE: preferred })).toMatchObject({
        ChallengeName: "SELECT_CHALLENGE",
        AvailableChallenges: ADDRESSES,
      });
      const name = await choice.passwordless({ email: `${newName()}@example.com` });
      expect(await choice.begin(name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD })).toMatchObject({
        ChallengeName: "SELECT_CHALLENGE",
        AvailableChallenges: ["EMAIL_OTP"],
      });
    },
  );

  it("is served to administrators, too, who answer as administrators", async () => {
    const both = { UserPoolId: choice.pool, ClientId: choice.client };
    const AuthParameters = { USERNAME: jane.sub, PREFERRED_CHALLENGE: "PASSWORD" };
    const { Session } = await call("AdminInitiateAuth", { ...both, AuthFlow: "USER_AUTH", AuthParameters });
    const ChallengeResponses = { USERNAME: jane.name, PASSWORD };
    const answer = { ...both, ChallengeName: "PASSWORD", ChallengeResponses, Session };
    expect(usernameOf(await call("AdminRespondToAuthChallenge", answer))).toBe(jane.name);
  });

  it("says what is wrong: a client that does not allow it, a missing name, an SRP_A that would prove anything", async () => {
    const closed = (await makeClient(choice.pool)).ClientId;
    const flow = { ClientId: closed, AuthFlow: "USER_AUTH", AuthParameters: { USERNAME: jane.name } };
    await expect(call("InitiateAuth", flow)).rejects.toMatchObject({
      name: "InvalidParameterException",
      message: "USER_AUTH is not enabled for the client.",
    });
    await expect(choice.begin("")).rejects.toMatchObject({ message: "Missing required parameter USERNAME" });
    const SRP = { PREFERRED_CHALLENGE: "PASSWORD_SRP", SRP_A: "0" };
    await expect(choice.begin(jane.name, SRP)).rejects.toMatchObject({ name: "InvalidParameterException" });
    await expect(choice.begin(newName())).rejects.toMatchObject({
      name: "UserNotFoundException",
      message: "User does not exist.",
    });
  });

  it("asks a confidential client for its secret hash at every turn", async () => {
    const { ClientId, ClientSecret } = await makeClient(choice.pool, {
      ExplicitAuthFlows: ["ALLOW_USER_AUTH"],
      GenerateSecret: true,
    });
    const SECRET_HASH = await secretHash(ClientSecret as string, jane.name, ClientId);
    const parameters = { USERNAME: jane.name, PREFERRED_CHALLENGE: "PASSWORD" };
    const begin = (AuthParameters: object) => call("InitiateAuth", { ClientId, AuthFlow: "USER_AUTH", AuthParameters });
    await expect(begin(parameters)).rejects.toMatchObject({ name: "NotAuthorizedException" });
    const { Session } = await begin({ ...parameters, SECRET_HASH });
    const answer = (ChallengeResponses: object) =>
      call("RespondToAuthChallenge", { ClientId, ChallengeName: "PASSWORD", Session, ChallengeResponses });
    await expect(answer({ USERNAME: jane.name, PASSWORD })).rejects.toMatchObject({ name: "NotAuthorizedException" });
    expect(usernameOf(await answer({ USERNAME: jane.name, PASSWORD, SECRET_HASH }))).toBe(jane.name);
  });
});

describe("[Amazon Cognito: choice-based sign-in] the answer to SELECT_CHALLENGE", () => {
  const select = async (responses: object, name = jane.name) =>
    choice.answer("SELECT_CHALLENGE", (await choice.begin(name)).Session, { USERNAME: name, ...responses });

  it("PASSWORD + PASSWORD: tokens", async () => {
    expect(usernameOf(await select({ ANSWER: "PASSWORD", PASSWORD }))).toBe(jane.name);
  });

  it("PASSWORD alone: the challenge PASSWORD", async () => {
    const { ChallengeName, Session } = await select({ ANSWER: "PASSWORD" });
    expect(ChallengeName).toBe("PASSWORD");
    expect(usernameOf(await choice.answer("PASSWORD", Session, { USERNAME: jane.name, PASSWORD }))).toBe(jane.name);
  });

  it("PASSWORD_SRP + SRP_A: PASSWORD_VERIFIER with a Session", async () => {
    const { SRP_A, answer } = openSrp(choice.pool);
    const next = await select({ ANSWER: "PASSWORD_SRP", SRP_A });
    expect(next).toMatchObject({ ChallengeName: "PASSWORD_VERIFIER", Session: SESSION });
    const proof = answer(next.ChallengeParameters, PASSWORD);
    expect(usernameOf(await choice.answer("PASSWORD_VERIFIER", next.Session, proof))).toBe(jane.name);
  });

  it("PASSWORD_SRP alone: the challenge PASSWORD_SRP", async () => {
    expect(await select({ ANSWER: "PASSWORD_SRP" })).toMatchObject({ ChallengeName: "PASSWORD_SRP", Session: SESSION });
  });

  it.each(["EMAIL_OTP", "SMS_OTP"] as const)("%s: the code is sent, and the challenge of that name", async (factor) => {
    const { name, email, phone } = await choice.user();
    const { ChallengeName, Session } = await select({ ANSWER: factor }, name);
    expect(ChallengeName).toBe(factor);
    const code = await codeSentTo(factor === "EMAIL_OTP" ? email : phone);
    const responses = { USERNAME: name, [`${factor}_CODE`]: code };
    expect(usernameOf(await choice.answer(factor, Session, responses))).toBe(name);
  });

  it("one that is not offered is refused, and the session stays good", async () => {
    const { Session } = await choice.begin(jane.name);
    for (const ANSWER of ["WEB_AUTHN", "SELECT_CHALLENGE", "SOFTWARE_TOKEN_MFA", "?"]) {
      await expect(choice.answer("SELECT_CHALLENGE", Session, { USERNAME: jane.name, ANSWER })).rejects.toMatchObject({
        name: "InvalidParameterException",
        message: "ANSWER is none of the challenges that can be chosen.",
      });
    }
    await expect(choice.answer("SELECT_CHALLENGE", Session, { USERNAME: jane.name })).rejects.toMatchObject({
      message: "Missing required parameter ANSWER",
    });
    const responses = { USERNAME: jane.name, ANSWER: "PASSWORD", PASSWORD };
    expect(usernameOf(await choice.answer("SELECT_CHALLENGE", Session, responses))).toBe(jane.name);
  });

  it("a wrong password can be mended; once it was right, the session is over", async () => {
    const { Session } = await choice.begin(jane.name);
    const answer = (password: string) =>
      choice.answer("SELECT_CHALLENGE", Session, { USERNAME: jane.name, ANSWER: "PASSWORD", PASSWORD: password });
    await expect(answer("Wr0ng-Horse!")).rejects.toMatchObject(wrong);
    expect(usernameOf(await answer(PASSWORD))).toBe(jane.name);
    await expect(answer(PASSWORD)).rejects.toMatchObject(USED);
  });

  it("leads one way: what was picked cannot be picked again with the same session", async () => {
    const { name, email } = await choice.user();
    const { Session } = await choice.begin(name);
    const answer = (ANSWER: string) => choice.answer("SELECT_CHALLENGE", Session, { USERNAME: name, ANSWER });
    await answer("EMAIL_OTP");
    for (const again of ["EMAIL_OTP", "SMS_OTP", "PASSWORD", "PASSWORD_SRP"]) {
      await expect(answer(again)).rejects.toMatchObject(USED);
    }
    expect(await outbox(email)).toHaveLength(1);
  });
});

describe("a passkey among the choices", () => {
  let owner: PasskeyUser;
  let passkeys: Choice;
  beforeAll(async () => {
    passkeys = await makeChoice(allowing("PASSWORD", "WEB_AUTHN"));
    const { ClientId } = await makeClient(passkeys.pool);
    owner = await makePasskeyUser({ pool: passkeys.pool, client: ClientId });
    await register(owner);
  });
  const prove = async ({ ChallengeParameters }: any) =>
    JSON.stringify(await owner.authenticator.get(JSON.parse(ChallengeParameters.CREDENTIAL_REQUEST_OPTIONS)));

  it("comes last, and is asked for where it is preferred or picked", async () => {
    const { AvailableChallenges, Session } = await passkeys.begin(owner.name);
    expect(AvailableChallenges).toEqual(["PASSWORD_SRP", "PASSWORD", "WEB_AUTHN"]);
    const responses = { USERNAME: owner.name, ANSWER: "WEB_AUTHN" };
    const picked = await passkeys.answer("SELECT_CHALLENGE", Session, responses);
    for (const asked of [picked, await passkeys.begin(owner.name, { PREFERRED_CHALLENGE: "WEB_AUTHN" })]) {
      expect(asked.ChallengeName).toBe("WEB_AUTHN");
      const answer = { USERNAME: owner.name, CREDENTIAL: await prove(asked) };
      expect(usernameOf(await passkeys.answer("WEB_AUTHN", asked.Session, answer))).toBe(owner.name);
    }
    await expect(passkeys.answer("SELECT_CHALLENGE", Session, responses)).rejects.toMatchObject(USED);
  });

  it("WEB_AUTHN + CREDENTIAL, obtained already: tokens, once", async () => {
    const asked = await passkeys.begin(owner.name, { PREFERRED_CHALLENGE: "WEB_AUTHN" });
    const responses = { USERNAME: owner.name, ANSWER: "WEB_AUTHN", CREDENTIAL: await prove(asked) };
    expect(usernameOf(await passkeys.answer("SELECT_CHALLENGE", asked.Session, responses))).toBe(owner.name);
    await expect(passkeys.answer("SELECT_CHALLENGE", asked.Session, responses)).rejects.toMatchObject(USED);
    const { Session } = await passkeys.begin(owner.name);
    await expect(passkeys.answer("SELECT_CHALLENGE", Session, responses)).rejects.toMatchObject(foreign);
  });

  it("that was turned away leaves the other choices open to the session of WEB_AUTHN", async () => {
    const { Session } = await passkeys.begin(owner.name, { PREFERRED_CHALLENGE: "WEB_AUTHN" });
    const responses = { USERNAME: owner.name, ANSWER: "PASSWORD", PASSWORD };
    await expect(
      passkeys.answer("SELECT_CHALLENGE", Session, { ...responses, PASSWORD: "Wr0ng-Horse!" }),
    ).rejects.toMatchObject(wrong);
    expect(usernameOf(await passkeys.answer("SELECT_CHALLENGE", Session, responses))).toBe(owner.name);
  });
});

describe("a session of choice-based sign-in", () => {
  it("is of one user, client and challenge", async () => {
    const other = await choice.user();
    const elsewhere = await choice.with({});
    const { Session } = await choice.begin(jane.name, { PREFERRED_CHALLENGE: "PASSWORD" });
    const right = { USERNAME: jane.name, PASSWORD };
    const refused = [
      () => choice.answer("PASSWORD", Session, { ...right, USERNAME: other.name }),
      () => elsewhere.answer("PASSWORD", Session, right),
      () => choice.answer("SELECT_CHALLENGE", Session, { ...right, ANSWER: "PASSWORD" }),
      () => choice.answer("PASSWORD_SRP", Session, { ...right, SRP_A: openSrp(choice.pool).SRP_A }),
      () => choice.answer("EMAIL_OTP", Session, { ...right, EMAIL_OTP_CODE: "12345678" }),
      () => choice.answer("SMS_OTP", Session, { ...right, SMS_OTP_CODE: "12345678" }),
      () => choice.answer("PASSWORD", `${Session.slice(0, 60)}AAAA${Session.slice(64)}`, right),
      () => choice.answer("PASSWORD", undefined, right),
      () => choice.begin(jane.name, {}, { Session }),
    ];
    for (const refuse of refused) await expect(refuse()).rejects.toMatchObject(foreign);
    expect(usernameOf(await choice.answer("PASSWORD", Session, right))).toBe(jane.name);
  });

  it("takes one of a hundred right answers that come at once", async () => {
    const { name } = await choice.user();
    const { Session } = await choice.begin(name, { PREFERRED_CHALLENGE: "PASSWORD" });
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        choice.answer("PASSWORD", Session, { USERNAME: name, PASSWORD }).catch(({ message }) => message),
      ),
    );
    expect(answers.filter((each) => each.AuthenticationResult)).toHaveLength(1);
    const told = new Set(answers.filter((each) => !each.AuthenticationResult));
    expect([...told].filter((each) => ![USED.message, "Password attempts exceeded"].includes(each))).toEqual([]);
  }, 60_000);

  it("is void once the user has another password, or was signed out everywhere", async () => {
    const { name } = await choice.user();
    const before = await choice.begin(name);
    const set = { UserPoolId: choice.pool, Username: name, Password: "An0ther-Horse!", Permanent: true };
    await call("AdminSetUserPassword", set);
    const responses = { USERNAME: name, ANSWER: "EMAIL_OTP" };
    await expect(choice.answer("SELECT_CHALLENGE", before.Session, responses)).rejects.toMatchObject(foreign);
    const { Session } = await choice.begin(name);
    await call("AdminUserGlobalSignOut", { UserPoolId: choice.pool, Username: name });
    await expect(choice.answer("SELECT_CHALLENGE", Session, responses)).rejects.toMatchObject(foreign);
  });
});

describe("passwords given in choice-based sign-in", () => {
  it("are counted and locked as those of the password flow, wherever they are given", async () => {
    // A lock of a second must outlast the test.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const both = await choice.with({ ExplicitAuthFlows: ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"] });
    const { name } = await choice.user();
    const bad = { USERNAME: name, PASSWORD: "Wr0ng-Horse!" };
    const selection = (await both.begin(name)).Session;
    const asked = (await both.begin(name, { PREFERRED_CHALLENGE: "PASSWORD" })).Session;
    const tries = [
      () => both.begin(name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD: bad.PASSWORD }),
      () => both.answer("SELECT_CHALLENGE", selection, { ...bad, ANSWER: "PASSWORD" }),
      () => both.answer("PASSWORD", asked, bad),
      () => both.answer("PASSWORD", asked, bad),
      () => both.answer("PASSWORD", asked, bad),
    ];
    for (const guess of tries) await expect(guess()).rejects.toMatchObject(wrong);
    const locked = { name: "NotAuthorizedException", message: "Password attempts exceeded" };
    await expect(both.answer("PASSWORD", asked, { USERNAME: name, PASSWORD })).rejects.toMatchObject(locked);
    await expect(both.begin(name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD })).rejects.toMatchObject(locked);
    const flow = {
      ClientId: both.client,
      AuthFlow: "USER_PASSWORD_AUTH",
      AuthParameters: { USERNAME: name, PASSWORD },
    };
    await expect(call("InitiateAuth", flow)).rejects.toMatchObject(locked);
  });
});

describe("the price", () => {
  it("is a hop to begin, two with a code or a password, and at most two for each answer", async () => {
    // Codes leave after the answer here: the outbox of development stands in for a provider, at a hop of its own.
    const hiding = await choice.with(HIDES);
    const { name, email } = await choice.user();
    await hiding.begin(name);
    const wrongCode = (code: string) => (code === "00000000" ? "00000001" : "00000000");
    const costs = await costsOf(async () => {
      const { Session } = await hiding.begin(name);
      const picked = await hiding.answer("SELECT_CHALLENGE", Session, { USERNAME: name, ANSWER: "EMAIL_OTP" });
      const code = await vi.waitFor(() => codeSentTo(email));
      const answer = (EMAIL_OTP_CODE: string) =>
        hiding.answer("EMAIL_OTP", picked.Session, { USERNAME: name, EMAIL_OTP_CODE });
      await answer(wrongCode(code)).catch(() => undefined);
      await answer(code);
      await hiding.begin(name, { PREFERRED_CHALLENGE: "SMS_OTP" });
      await hiding.begin(name, { PREFERRED_CHALLENGE: "PASSWORD", PASSWORD });
      const selection = (await hiding.begin(name)).Session;
      const password = { USERNAME: name, ANSWER: "PASSWORD" };
      await hiding
        .answer("SELECT_CHALLENGE", selection, { ...password, PASSWORD: "Wr0ng-Horse!" })
        .catch(() => undefined);
      const asked = (await hiding.answer("SELECT_CHALLENGE", selection, password)).Session;
      await hiding.answer("PASSWORD", asked, { USERNAME: name, PASSWORD: "Wr0ng-Horse!" }).catch(() => undefined);
      await hiding.answer("PASSWORD", asked, { USERNAME: name, PASSWORD });
      const srp = (await hiding.begin(name, { PREFERRED_CHALLENGE: "PASSWORD_SRP" })).Session;
      await hiding.answer("PASSWORD_SRP", srp, { USERNAME: name, SRP_A: openSrp(hiding.pool).SRP_A });
    });
    const hops = costs.map(({ hops }) => hops);
    //              select  pick  wrong  right  code  password  select  wrong  ask  wrong  right  SRP  exchange
    expect(hops).toEqual([1, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 1, 1]);
  });
});
