import { beforeAll, describe, expect, test } from "vitest";
import { en } from "../../../src/ui/texts/en.ts";
import { call, codeSentTo, outbox, PASSWORD } from "../../client.ts";
import { claimsOf, isSignInPage, newAddress, notice, openPool, personAt, signedUp, statusOf } from "./new-person.ts";
import { authorizeUrl } from "./person.ts";

let pool: string;
let client: string;
beforeAll(async () => {
  ({ pool, client } = await openPool());
});

describe("/resendcode", () => {
  test("sends a new code, which voids the one before, and keeps the proof", async () => {
    const email = newAddress();
    const person = await signedUp(client, "again", email);
    const old = await codeSentTo(email);
    await person.pressAside();
    expect(notice(person)).toBe(en.newCodeSent("n***@e***"));
    expect(await outbox(email)).toHaveLength(2);
    const code = await codeSentTo(email);
    if (old !== code) {
      await person.submit({ code: old });
      expect(notice(person)).toBe(en.errors.wrongCode);
    }
    await person.submit({ code });
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": "again" });
  });

  test("sends five an hour", async () => {
    const email = newAddress();
    const person = await signedUp(client, "often", email);
    for (let at = 0; at < 5; at++) await person.pressAside();
    expect(notice(person)).toBe(en.newCodeSent("n***@e***"));
    await person.pressAside();
    expect(notice(person)).toBe(en.errors.tooManyTries);
    expect(await outbox(email)).toHaveLength(6);
  });

  test("leads whoever is confirmed, and brings no proof, to sign in", async () => {
    const email = newAddress();
    await (await signedUp(client, "done", email)).submit({ code: await codeSentTo(email) });
    const person = await personAt(client, "/confirm");
    await person.pressAside({ username: "done" });
    expect(notice(person)).toBe(en.confirmed);
    expect(isSignInPage(person)).toBe(true);
    expect(await outbox(email)).toHaveLength(1);
  });

  test("says that an administrator confirms where the pool sends nothing", async () => {
    const unverified = await openPool({ AutoVerifiedAttributes: [] });
    await call("SignUp", { ClientId: unverified.client, Username: "ada", Password: PASSWORD });
    const person = await personAt(unverified.client, "/login");
    await person.submit({ username: "ada", password: PASSWORD });
    expect(person.html).toContain(en.administratorConfirms);
    await person.visit(authorizeUrl(unverified.client, {}, "/confirm"));
    await person.pressAside({ username: "ada" });
    expect(person.html).toContain(en.administratorConfirms);
  });

  test("shows the page that takes the code when it is opened by itself", async () => {
    const person = await personAt(client, "/resendcode");
    expect([...person.fields().keys()]).toEqual(["_csrf", "username", "code"]);
  });
});

describe.each([
  ["without the token", { _csrf: "" }, {}],
  ["with another browser's token", { _csrf: "B".repeat(43) }, {}],
  ["from another site", {}, { "sec-fetch-site": "cross-site" }],
])("a form that comes %s", (kind, values, headers) => {
  test("confirms nobody and sends nothing", async () => {
    const email = newAddress();
    const name = `csrf-${kind.replaceAll(/\W/g, "-")}`;
    const person = await signedUp(client, name, email);
    const { html, url } = person;
    await person.submit({ code: await codeSentTo(email), ...values }, headers);
    expect(person.response.status).toBe(403);
    expect(notice(person)).toBe(en.errorStale);
    expect(await statusOf(pool, name)).toBe("UNCONFIRMED");
    Object.assign(person, { html, url });
    await person.pressAside(values, headers);
    expect(person.response.status).toBe(403);
    expect(await outbox(email)).toHaveLength(1);
  });
});
