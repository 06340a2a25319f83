import { beforeAll, describe, expect, it, vi } from "vitest";
import { resolveClient } from "../../../src/flows/resolve.ts";
import { answerAtPages, type At, chooseAtPages, type PageOutcome } from "../../../src/flows/sign-in/at-pages.ts";
import { codeSentTo, makeClient, outbox, PASSWORD } from "../../client.ts";
import { ADDRESSES, type Choice, makeChoice, newAddress } from "./choice.ts";
import { makeCall } from "./passkey-challenge.ts";

const foreign = { name: "NotAuthorizedException", message: "Invalid session for the user." };

let choice: Choice;
let at: At;
beforeAll(async () => {
  choice = await makeChoice();
  // What its programs may do says nothing of the pages.
  const { ClientId } = await makeClient(choice.pool, { ExplicitAuthFlows: ["ALLOW_USER_SRP_AUTH"] });
  at = await resolveClient(await makeCall(), ClientId);
});

const begin = async (name: string) => challengeOf(await chooseAtPages(await makeCall(), at, name));
const answer = async (name: "SELECT_CHALLENGE" | "PASSWORD" | "EMAIL_OTP", session: string, responses: object) =>
  answerAtPages(await makeCall(), at, name, session, responses as Record<string, string>);

function challengeOf(outcome: PageOutcome) {
  if (!("challenge" in outcome)) throw new Error("no challenge");
  const { session = "", ...rest } = outcome.challenge;
  return { session, ...rest };
}

describe("USER_AUTH at the pages", () => {
  it("begins by name alone, and leads by a code to a session of the browser", async () => {
    const { name, sub, email } = await choice.user();
    const begun = await begin(name);
    expect(begun).toMatchObject({ name: "SELECT_CHALLENGE", parameters: {}, available: ADDRESSES });
    const responses = { USERNAME: name, ANSWER: "EMAIL_OTP" };
    const picked = challengeOf(await answer("SELECT_CHALLENGE", begun.session, responses));
    expect(picked.name).toBe("EMAIL_OTP");
    const code = await vi.waitFor(() => codeSentTo(email));
    const outcome = await answer("EMAIL_OTP", picked.session, { USERNAME: name, EMAIL_OTP_CODE: code });
    expect(outcome).toMatchObject({
      browser: { user: { sub }, session: { amr: ["otp"] }, cookie: expect.any(String) },
    });
  });

  it("asks for the only way there is at once", async () => {
    const email = newAddress();
    const name = await choice.passwordless({ email });
    expect(await begin(name)).toMatchObject({ name: "EMAIL_OTP", available: ["EMAIL_OTP"] });
    await vi.waitFor(() => codeSentTo(email));
  });

  it("takes a password with the choice, or after it", async () => {
    const { name, sub } = await choice.user();
    const password = { USERNAME: name, ANSWER: "PASSWORD", PASSWORD };
    const atOnce = await answer("SELECT_CHALLENGE", (await begin(name)).session, password);
    const picked = challengeOf(
      await answer("SELECT_CHALLENGE", (await begin(name)).session, { USERNAME: name, ANSWER: "PASSWORD" }),
    );
    const later = await answer("PASSWORD", picked.session, password);
    for (const outcome of [atOnce, later]) {
      expect(outcome).toMatchObject({ browser: { user: { sub }, session: { amr: ["pwd"] } } });
    }
  });

  it("never tells whether there is such a user, whatever the client's API does", async () => {
    const { client } = await makeChoice();
    const others = await resolveClient(await makeCall(), client);
    const name = newAddress();
    const { session, ...begun } = challengeOf(await chooseAtPages(await makeCall(), others, name));
    // The pool is without users: what is left is what it allows.
    expect(begun).toMatchObject({ name: "SELECT_CHALLENGE", available: ADDRESSES });
    const select = async (responses: object) =>
      answerAtPages(await makeCall(), others, "SELECT_CHALLENGE", session, { USERNAME: name, ...responses });
    await expect(select({ ANSWER: "PASSWORD", PASSWORD })).rejects.toMatchObject({
      message: "Incorrect username or password.",
    });
    expect(challengeOf(await select({ ANSWER: "EMAIL_OTP" })).parameters).toEqual({
      CODE_DELIVERY_DELIVERY_MEDIUM: "EMAIL",
      CODE_DELIVERY_DESTINATION: "u***@e***",
      USER_ID_FOR_SRP: name,
    });
    expect(await outbox(name)).toEqual([]);
  });

  it("takes no session of the API, nor the API one of the pages", async () => {
    const { name } = await choice.user();
    const responses = { USERNAME: name, ANSWER: "PASSWORD", PASSWORD };
    const { Session } = await choice.begin(name);
    await expect(answer("SELECT_CHALLENGE", Session, responses)).rejects.toMatchObject(foreign);
    const { session } = await begin(name);
    await expect(choice.answer("SELECT_CHALLENGE", session, responses)).rejects.toMatchObject(foreign);
  });
});
