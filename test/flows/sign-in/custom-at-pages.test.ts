import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { openCall } from "../../../src/call.ts";
import { resolveClient } from "../../../src/flows/resolve.ts";
import { signsInByCustom } from "../../../src/flows/explicit-auth-flows.ts";
import { answerAtPages, type At, customAtPages, type PageOutcome } from "../../../src/flows/sign-in/at-pages.ts";
import { ORIGIN } from "../../client.ts";
import { customPool, QUESTION, RIGHT } from "./custom-pool.ts";
import { FAILED, FOREIGN } from "./refusals.ts";

const inward = () => openCall(new Request(ORIGIN), env, { waitUntil: () => undefined });

/** The pages of a pool's client. */
async function pagesOf({ ClientId }: { ClientId: string }) {
  const at: At = await resolveClient(await inward(), ClientId);
  const begin = async (name: string) => customAtPages(await inward(), at, name);
  const answer = async (USERNAME: string, session: string, ANSWER: string) =>
    answerAtPages(await inward(), at, "CUSTOM_CHALLENGE", session, { USERNAME, ANSWER });
  return { begin, answer };
}

function challengeOf(outcome: PageOutcome) {
  if (!("challenge" in outcome)) throw new Error("no challenge");
  const { session = "", ...rest } = outcome.challenge;
  return { session, ...rest };
}

describe("CUSTOM_AUTH at the pages", () => {
  it("leads through the challenges to a session of the browser, asking the same triggers but those of tokens", async () => {
    const pool = await customPool();
    const { begin, answer } = await pagesOf(pool);
    const first = challengeOf(await begin(pool.name));
    expect(first).toMatchObject({ name: "CUSTOM_CHALLENGE", parameters: { question: QUESTION, USERNAME: pool.name } });
    const again = challengeOf(await answer(pool.name, first.session, "Oslo"));
    const outcome = await answer(pool.name, again.session, RIGHT);
    expect(outcome).toMatchObject({ browser: { user: { sub: pool.sub }, cookie: expect.any(String) } });
    expect(await pool.asked()).toEqual([
      "PreAuthentication",
      "DefineAuthChallenge",
      "CreateAuthChallenge",
      "VerifyAuthChallengeResponse",
      "DefineAuthChallenge",
      "CreateAuthChallenge",
      "VerifyAuthChallengeResponse",
      "DefineAuthChallenge",
      "PostAuthentication",
    ]);
  });

  it("never tells whether there is such a user, whatever the client's API does", async () => {
    const pool = await customPool();
    const { begin, answer } = await pagesOf(pool);
    const { session, parameters } = challengeOf(await begin("nobody"));
    expect(parameters).toEqual({ question: QUESTION, USERNAME: "nobody" });
    await expect(answer("nobody", session, RIGHT)).rejects.toMatchObject(FAILED);
  });

  it("takes no session of the API, nor the API one of the pages", async () => {
    const pool = await customPool();
    const { begin, answer } = await pagesOf(pool);
    const { Session } = await pool.start();
    await expect(answer(pool.name, Session, RIGHT)).rejects.toMatchObject(FOREIGN);
    const { session } = challengeOf(await begin(pool.name));
    await expect(pool.answer(session, RIGHT)).rejects.toMatchObject(FOREIGN);
  });
});

describe("clients whose users sign in by CUSTOM_AUTH alone", () => {
  it.each([
    [["ALLOW_CUSTOM_AUTH"], true],
    [["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"], true],
    [["CUSTOM_AUTH_FLOW_ONLY"], true],
    [["ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH"], false],
    [["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"], false],
    [["ALLOW_CUSTOM_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"], false],
    [["ALLOW_CUSTOM_AUTH", "ALLOW_USER_AUTH"], false],
    [["CUSTOM_AUTH_FLOW_ONLY", "USER_PASSWORD_AUTH"], false],
    [["ADMIN_NO_SRP_AUTH"], false],
    [["ALLOW_REFRESH_TOKEN_AUTH"], false],
    [[], false],
  ] as const)("with %j: %s", (ExplicitAuthFlows, alone) => {
    expect(signsInByCustom({ settings: { ExplicitAuthFlows: [...ExplicitAuthFlows] } })).toBe(alone);
  });
});
