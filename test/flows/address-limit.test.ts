import { beforeAll, describe, expect, test } from "vitest";
import { call, codeSentTo, makeClient, makePool, outbox, PASSWORD } from "../client.ts";

const LIMIT = { name: "LimitExceededException" };
const MOST = 10;

let pool: string;
let open: string;
let hiding: string;

beforeAll(async () => {
  pool = await makePool({ AutoVerifiedAttributes: ["email"] });
  open = (await makeClient(pool)).ClientId;
  hiding = (await makeClient(pool, { PreventUserExistenceErrors: "ENABLED" })).ClientId;
});

const signUp = (Username: string, Value: string) =>
  call("SignUp", { ClientId: open, Username, Password: PASSWORD, UserAttributes: [{ Name: "email", Value }] });
const resend = (Username: string, ClientId = open) => call("ResendConfirmationCode", { ClientId, Username });

/** Sends an address as many codes as it may have within the hour, each to another new account. */
const flood = async (address: string, name: string): Promise<void> => {
  for (let at = 0; at < MOST; at++) await signUp(`${name}-${at}`, address);
};

describe("codes of new accounts", () => {
  test("are sent to one address ten times an hour, whoever asks and however it is written", async () => {
    await flood("flooded@example.com", "flood");
    await expect(signUp("one-more", "Flooded@example.com")).rejects.toMatchObject(LIMIT);
    await expect(resend("flood-3")).rejects.toMatchObject(LIMIT);
    expect(await outbox("flooded@example.com")).toHaveLength(MOST);
    expect(await outbox("Flooded@example.com")).toHaveLength(0);
    await signUp("other", "other@example.com");
    expect(await outbox("other@example.com")).toHaveLength(1);
  });

  test("are limited for many requests at once, too", async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 15 }, (_, at) => signUp(`rush-${at}`, "rush@example.com")),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(MOST);
    expect(await outbox("rush@example.com")).toHaveLength(MOST);
  });

  test("that were sent before stay good", async () => {
    await signUp("early", "full@example.com");
    const code = await codeSentTo("full@example.com");
    for (let at = 1; at < MOST; at++) await signUp(`late-${at}`, "full@example.com");
    await expect(resend("early")).rejects.toMatchObject(LIMIT);
    await call("ConfirmSignUp", { ClientId: open, Username: "early", ConfirmationCode: code });
  });

  test("are withheld without a word where the client hides users", async () => {
    await flood("hidden@example.com", "hidden");
    const answer = await resend("hidden-0", hiding);
    expect(answer.CodeDeliveryDetails.Destination).toBe("h***@e***");
    expect(await outbox("hidden@example.com")).toHaveLength(MOST);
  });

  test("leave the user of a sign-up that was told so, who can ask again later", async () => {
    await flood("crowd@example.com", "crowd");
    await expect(signUp("patient", "crowd@example.com")).rejects.toMatchObject(LIMIT);
    const user = await call("AdminGetUser", { UserPoolId: pool, Username: "patient" });
    expect(user.UserStatus).toBe("UNCONFIRMED");
  });

  test("of other pools do not count", async () => {
    await flood("shared@example.com", "shared");
    const other = await makePool({ AutoVerifiedAttributes: ["email"] });
    const { ClientId } = await makeClient(other);
    const UserAttributes = [{ Name: "email", Value: "shared@example.com" }];
    await call("SignUp", { ClientId, Username: "elsewhere", Password: PASSWORD, UserAttributes });
    expect(await outbox("shared@example.com")).toHaveLength(MOST + 1);
  });
});
