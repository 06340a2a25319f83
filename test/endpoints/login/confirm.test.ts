import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { en } from "../../../src/ui/texts/en.ts";
import { call, codeSentTo, outbox, PASSWORD } from "../../client.ts";
import { wrongCode } from "../../operations/wrong-code.ts";
import { claimsOf, isSignInPage, newAddress, notice, openPool, personAt, signedUp, statusOf } from "./new-person.ts";

let pool: string;
let client: string;
beforeAll(async () => {
  ({ pool, client } = await openPool());
});
afterEach(() => void vi.useRealTimers());

/** Signs up by the API, where nobody has proven a password to the pages. */
const register = (Username: string, email: string, ClientId = client): Promise<unknown> =>
  call("SignUp", { ClientId, Username, Password: PASSWORD, UserAttributes: [{ Name: "email", Value: email }] });

describe("the code of a sign-up", () => {
  test("may be mistyped and sent in groups, and its field is what browsers fill in from a message", async () => {
    const email = newAddress();
    const person = await signedUp(client, "grouped", email);
    expect(person.html).toMatch(/<input[^>]* name="code"[^>]* inputmode="numeric"/);
    expect(person.html).toMatch(/<input[^>]* name="code"[^>]* autocomplete="one-time-code"/);
    const code = await codeSentTo(email);
    await person.submit({ code: wrongCode(code) });
    expect(notice(person)).toBe(en.errors.wrongCode);
    expect(person.html).toContain(en.confirmSentTo("n***@e***"));
    expect(person.html).not.toContain(wrongCode(code));
    await person.submit({ code: ` ${code.slice(0, 3)} ${code.slice(3)} ` });
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": "grouped" });
  });

  test("works once: who sends it again is led to sign in", async () => {
    const email = newAddress();
    const person = await signedUp(client, "twice", email);
    const { html, url } = person;
    const code = await codeSentTo(email);
    await person.submit({ code });
    expect(person.sentToClient().code).toBeTypeOf("string");
    Object.assign(person, { html, url });
    await person.submit({ code });
    expect(person.response.status).toBe(200);
    expect(notice(person)).toBe(en.confirmed);
    expect(isSignInPage(person)).toBe(true);
  });

  test("is judged fifteen times an hour", async () => {
    const email = newAddress();
    const person = await signedUp(client, "guess", email);
    const code = await codeSentTo(email);
    for (let at = 0; at < 15; at++) await person.submit({ code: wrongCode(code) });
    expect(notice(person)).toBe(en.errors.wrongCode);
    await person.submit({ code });
    expect(notice(person)).toBe(en.errors.tooManyTries);
    expect(await statusOf(pool, "guess")).toBe("UNCONFIRMED");
  });

  test("is too old after a day", async () => {
    const email = newAddress();
    const person = await signedUp(client, "late", email);
    await env.DB.prepare("update codes set expires_at = ? where pool_id = ?")
      .bind(Date.now() - 1, pool)
      .run();
    await person.submit({ code: await codeSentTo(email) });
    expect(notice(person)).toBe(en.errors.expiredCode);
  });

  test("does not take an address that is someone's alias", async () => {
    const aliased = await openPool({ AliasAttributes: ["email"] });
    const email = newAddress();
    await (await signedUp(aliased.client, "first", email)).submit({ code: await codeSentTo(email) });
    const person = await signedUp(aliased.client, "second", email);
    await person.submit({ code: await codeSentTo(email) });
    expect(notice(person)).toBe(en.errors.emailTaken);
    expect(await statusOf(aliased.pool, "second")).toBe("UNCONFIRMED");
  });
});

describe("the proof of the password", () => {
  test("signs in whoever signs in unconfirmed with the right password, and then confirms", async () => {
    const email = newAddress();
    await register("returns", email);
    const person = await personAt(client, "/login");
    await person.submit({ username: "returns", password: PASSWORD });
    expect(person.html).toContain(en.confirmByCode);
    await person.submit({ code: await codeSentTo(email) });
    expect(await claimsOf(person, client)).toMatchObject({ email_verified: true });
  });

  test("is not given for a wrong password, which learns nothing of the account", async () => {
    await register("guarded", newAddress());
    const person = await personAt(client, "/login");
    await person.submit({ username: "guarded", password: "Wr0ng-Horse!" });
    expect(notice(person)).toBe(en.errors.wrongPassword);
    expect(person.html).not.toContain('name="code"');
  });

  test("lapses after fifteen minutes: who confirms then is led to sign in", async () => {
    const email = newAddress();
    const person = await signedUp(client, "slow", email);
    const code = await codeSentTo(email);
    vi.useFakeTimers({ now: Date.now() + 15 * 60_000 + 1_000, toFake: ["Date"] });
    await person.submit({ code });
    expect(notice(person)).toBe(en.confirmed);
    expect(isSignInPage(person)).toBe(true);
    expect(person.fields().get("username")).toBe("slow");
    expect(await statusOf(pool, "slow")).toBe("CONFIRMED");
    await person.submit({ password: PASSWORD });
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": "slow" });
  });

  test("counts up to then", async () => {
    const email = newAddress();
    const person = await signedUp(client, "steady", email);
    const code = await codeSentTo(email);
    vi.useFakeTimers({ now: Date.now() + 15 * 60_000 - 5_000, toFake: ["Date"] });
    await person.submit({ code });
    expect(person.sentToClient().code).toBeTypeOf("string");
  });

  test("counts for nothing when it is forged, altered, of another client or spent", async () => {
    const other = await openPool();
    const foreign = (await signedUp(other.client, "foreign", newAddress())).fields().get("proof") as string;
    const sealedHere = (await signedUp(client, "sealed", newAddress())).fields().get("proof") as string;
    const altered = `${sealedHere.slice(0, -4)}${sealedHere.at(-4) === "A" ? "B" : "A"}${sealedHere.slice(-3)}`;
    const spender = newAddress();
    const first = await signedUp(client, "spender", spender);
    const spent = first.fields().get("proof") as string;
    await first.submit({ code: await codeSentTo(spender) });
    for (const [at, proof] of ["forged", foreign, altered, spent].entries()) {
      const email = newAddress();
      const person = await signedUp(client, `proof-${at}`, email);
      await person.submit({ code: await codeSentTo(email), proof });
      expect(person.response.status).toBe(200);
      expect(notice(person)).toBe(en.confirmed);
      expect(isSignInPage(person)).toBe(true);
      expect([...person.cookies.keys()].some((name) => name.startsWith("limen."))).toBe(false);
      expect(await statusOf(pool, `proof-${at}`)).toBe("CONFIRMED");
    }
  });

  test("signs in its own user and no other: one who has not confirmed is not let in by another's code", async () => {
    const email = newAddress();
    await register("victim", email);
    const person = await signedUp(client, "waiting", newAddress());
    await person.submit({ username: "victim", code: await codeSentTo(email) });
    expect(person.response.status).toBe(200);
    expect(notice(person)).toBe(en.confirmed);
    expect(person.sentToClient()).toEqual({});
    expect(await statusOf(pool, "waiting")).toBe("UNCONFIRMED");
  });

  test("is void once the password has changed", async () => {
    const email = newAddress();
    const person = await signedUp(client, "changed", email);
    const code = await codeSentTo(email);
    const Password = "An0ther-Horse!";
    // An administrator's password confirms; the proof is of the former one.
    await call("AdminSetUserPassword", { UserPoolId: pool, Username: "changed", Password, Permanent: true });
    await person.submit({ code });
    expect(isSignInPage(person)).toBe(true);
    expect(person.sentToClient()).toEqual({});
  });

  test("signs in whoever was confirmed meanwhile by an administrator", async () => {
    const person = await signedUp(client, "meanwhile", newAddress());
    await call("AdminConfirmSignUp", { UserPoolId: pool, Username: "meanwhile" });
    await person.pressAside();
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": "meanwhile" });
  });

  test("does not let in whom an administrator has disabled meanwhile", async () => {
    const email = newAddress();
    const person = await signedUp(client, "disabled", email);
    await call("AdminDisableUser", { UserPoolId: pool, Username: "disabled" });
    await person.submit({ code: await codeSentTo(email) });
    expect(person.response.status).toBe(200);
    expect(person.sentToClient()).toEqual({});
    expect([...person.cookies.keys()].some((name) => name.startsWith("limen."))).toBe(false);
  });
});

describe("/confirm by itself", () => {
  test("asks for the name, too, and leads to the sign-in page", async () => {
    const email = newAddress();
    await register("alone", email);
    const person = await personAt(client, "/confirm");
    expect([...person.fields().keys()]).toEqual(["_csrf", "username", "code"]);
    await person.submit({ username: "alone", code: "000000x" });
    expect(notice(person)).toBe(en.errors.wrongCode);
    expect(person.fields().get("username")).toBe("alone");
    expect(person.fields().get("code")).toBe("");
    await person.submit({ code: await codeSentTo(email) });
    expect(notice(person)).toBe(en.confirmed);
    expect(isSignInPage(person)).toBe(true);
    expect(person.fields().get("username")).toBe("alone");
    expect(await statusOf(pool, "alone")).toBe("CONFIRMED");
  });

  test("does not tell whether a name is someone's, whatever the client's own program is told", async () => {
    const aliased = await openPool({ AliasAttributes: ["email"] }, { PreventUserExistenceErrors: "LEGACY" });
    const told: (string | undefined)[][] = [];
    await register("known", "known@example.com", aliased.client);
    const code = await codeSentTo("known@example.com");
    await call("ConfirmSignUp", { ClientId: aliased.client, Username: "known", ConfirmationCode: code });
    for (const username of ["known@example.com", "nobody@example.com"]) {
      const person = await personAt(aliased.client, "/confirm");
      await person.pressAside({ username });
      const afterSending = notice(person)?.replace(/\w\*\*\*@/, "");
      await person.submit({ username, code: "123456" });
      told.push([afterSending, notice(person)]);
    }
    expect(told[0]).toEqual(told[1]);
    expect(told[0]?.[1]).toBe(en.errors.wrongCode);
    expect(await outbox("nobody@example.com")).toEqual([]);
  });

  test.each([
    ["too long", "x".repeat(60_000), en.errors.badValue("Username")],
    ["empty", "", en.errors.missing("Username")],
  ])("refuses a name that is %s", async (_, username, told) => {
    const person = await personAt(client, "/confirm");
    await person.submit({ username, code: "123456" });
    expect(notice(person)).toBe(told);
    await person.pressAside({ username });
    expect(notice(person)).toBe(told);
  });

  test("shows what was typed as text, whatever it is", async () => {
    const person = await personAt(client, "/confirm");
    await person.submit({ username: `"><img src=x>`, code: "<script>", sentTo: "<i>@e***", proof: `'"><b>` });
    expect(person.html).not.toMatch(/<(?:img|script|i|b)\b/);
    expect(person.fields().get("sentTo")).toBe("<i>@e***");
  });
});
