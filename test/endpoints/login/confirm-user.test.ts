import { beforeAll, describe, expect, test } from "vitest";
import { en } from "../../../src/ui/texts/en.ts";
import { call, makeClient, PASSWORD } from "../../client.ts";
import { wrongCode } from "../../operations/wrong-code.ts";
import {
  BY_LINK,
  claimsOf,
  linkSentTo,
  newAddress,
  newestTo,
  notice,
  openPool,
  personAt,
  signUpForLink,
  statusOf,
} from "./new-person.ts";
import { Person } from "./person.ts";

let pool: string;
let client: string;
beforeAll(async () => {
  ({ pool, client } = await openPool(BY_LINK));
});

describe("[Amazon Cognito: verifying an e-mail address by a link] the journey", () => {
  test("leads from the mail over a button to an account that can sign in", async () => {
    const email = newAddress();
    const person = await signUpForLink(client, "ada", email);
    expect(person.html).toContain(en.linkSentTo("n***@e***"));
    expect(person.html).not.toContain('name="code"');

    const { subject, body } = await newestTo(email);
    expect(subject).toBe("Your verification link");
    expect(body).toMatch(
      /^Please click the link below to verify your email address\. <a href="[^"<>]*">Verify Email<\/a> $/,
    );
    const link = await linkSentTo(email);
    expect(`${link.origin}${link.pathname}`).toBe("http://limen.test/confirmUser");
    expect(Object.fromEntries(link.searchParams)).toEqual({
      client_id: client,
      user_name: "ada",
      confirmation_code: expect.stringMatching(/^\d{6}$/),
    });

    // On another device, which knows nothing of the sign-up.
    const opener = new Person();
    expect((await opener.visit(link.href)).status).toBe(200);
    expect(opener.html).toContain(en.confirmByLink);
    expect(await statusOf(pool, "ada")).toBe("UNCONFIRMED");
    await opener.submit();
    expect(opener.response.status).toBe(200);
    expect(notice(opener)).toBe(en.confirmed);
    expect(await statusOf(pool, "ada")).toBe("CONFIRMED");
    expect([...opener.cookies.keys()]).toEqual(["xsrf-token"]);

    await person.visit(person.url.replace("/signup", "/login"));
    await person.submit({ username: "ada", password: PASSWORD });
    expect(await claimsOf(person, client)).toMatchObject({ email, email_verified: true });
  });

  test("ends at the client where the page that waits is used again after the link", async () => {
    const email = newAddress();
    const person = await signUpForLink(client, "back", email);
    const opener = new Person();
    await opener.visit((await linkSentTo(email)).href);
    await opener.submit();
    await person.pressAside();
    expect(await claimsOf(person, client)).toMatchObject({ "cognito:username": "back" });
  });

  test("goes on by a new link, which voids the one before", async () => {
    const email = newAddress();
    const person = await signUpForLink(client, "again", email);
    const old = await linkSentTo(email);
    expect(person.html).toContain(en.newLink);
    await person.pressAside();
    expect(notice(person)).toBe(en.linkSentTo("n***@e***"));
    expect(person.html).not.toContain('name="code"');
    const link = await linkSentTo(email);
    const opener = new Person();
    if (old.href !== link.href) {
      await opener.visit(old.href);
      await opener.submit();
      expect(notice(opener)).toBe(en.linkFailed);
      expect(await statusOf(pool, "again")).toBe("UNCONFIRMED");
    }
    await opener.visit(link.href);
    await opener.submit();
    expect(notice(opener)).toBe(en.confirmed);
  });

  test("is told to whoever signs in unconfirmed", async () => {
    await signUpForLink(client, "waiting", newAddress());
    const person = await personAt(client, "/login");
    await person.submit({ username: "waiting", password: PASSWORD });
    expect(person.html).toContain(en.linkSentTo("n***@e***"));
  });

  test("works for clients that only have a program", async () => {
    const { ClientId } = await makeClient(pool, { GenerateSecret: false });
    const email = newAddress();
    const UserAttributes = [{ Name: "email", Value: email }];
    await call("SignUp", { ClientId, Username: "program", Password: PASSWORD, UserAttributes });
    const opener = new Person();
    await opener.visit((await linkSentTo(email)).href);
    await opener.submit();
    expect(notice(opener)).toBe(en.confirmed);
  });

  test("works by the code in the link, too (ConfirmSignUp)", async () => {
    const email = newAddress();
    await signUpForLink(client, "typed", email);
    const ConfirmationCode = (await linkSentTo(email)).searchParams.get("confirmation_code");
    await call("ConfirmSignUp", { ClientId: client, Username: "typed", ConfirmationCode });
    expect(await statusOf(pool, "typed")).toBe("CONFIRMED");
  });

  test("names the user by the sub where people sign up by e-mail", async () => {
    const byEmail = await openPool({ ...BY_LINK, UsernameAttributes: ["email"] });
    const email = newAddress();
    await (await personAt(byEmail.client)).submit({ username: email, password: PASSWORD });
    const link = await linkSentTo(email);
    expect(link.searchParams.get("user_name")).toMatch(/^[0-9a-f-]{36}$/);
    const opener = new Person();
    await opener.visit(link.href);
    await opener.submit();
    expect(await statusOf(byEmail.pool, email)).toBe("CONFIRMED");
  });
});

describe("/confirmUser", () => {
  /** A link that works, and its user. */
  async function sent(name: string): Promise<URL> {
    const email = newAddress();
    await signUpForLink(client, name, email);
    return linkSentTo(email);
  }
  const changed = (link: URL, parameters: Record<string, string>): string => {
    const url = new URL(link);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  };

  test("confirms nobody by being opened, however often", async () => {
    const link = await sent("scanned");
    for (const method of ["GET", "HEAD", "GET"]) {
      expect((await new Person().visit(link.href, { method })).status).toBe(200);
    }
    expect(await statusOf(pool, "scanned")).toBe("UNCONFIRMED");
  });

  test.each([
    ["without the token", { _csrf: "" }, {}],
    ["with another browser's token", { _csrf: "C".repeat(43) }, {}],
    ["from another site", {}, { "sec-fetch-site": "cross-site" }],
    ["from another origin", {}, { origin: "https://evil.example" }],
  ])("confirms nobody by a form that comes %s", async (kind, values, headers) => {
    const name = `csrf-${kind.replaceAll(/\W/g, "-")}`;
    const opener = new Person();
    await opener.visit((await sent(name)).href);
    await opener.submit(values, headers);
    expect(opener.response.status).toBe(403);
    expect(notice(opener)).toBe(en.errorStale);
    expect(await statusOf(pool, name)).toBe("UNCONFIRMED");
  });

  test("works once", async () => {
    const opener = new Person();
    const link = await sent("once");
    await opener.visit(link.href);
    const { html, url } = opener;
    await opener.submit();
    expect(notice(opener)).toBe(en.confirmed);
    Object.assign(opener, { html, url });
    await opener.submit();
    expect(opener.response.status).toBe(400);
    expect(notice(opener)).toBe(en.linkFailed);
  });

  test("tells the same of a wrong code and of a name that nobody has", async () => {
    const link = await sent("told");
    const code = link.searchParams.get("confirmation_code") as string;
    const told: unknown[] = [];
    for (const other of [
      { confirmation_code: wrongCode(code) },
      { user_name: "nobody" },
      { user_name: "x".repeat(9_999) },
    ]) {
      const opener = new Person();
      await opener.visit(changed(link, other));
      if (opener.response.status === 200) await opener.submit();
      told.push([opener.response.status, notice(opener)]);
    }
    expect(new Set(told.map((each) => JSON.stringify(each)))).toEqual(new Set([JSON.stringify([400, en.linkFailed])]));
    expect(await statusOf(pool, "told")).toBe("UNCONFIRMED");
  });

  test("counts wrong codes as ConfirmSignUp does", async () => {
    const link = await sent("counted");
    const wrong = changed(link, { confirmation_code: wrongCode(link.searchParams.get("confirmation_code") as string) });
    const opener = new Person();
    for (let at = 0; at < 16; at++) {
      await opener.visit(wrong);
      await opener.submit();
    }
    expect(notice(opener)).toBe(en.errors.tooManyTries);
    await opener.visit(link.href);
    await opener.submit();
    expect(notice(opener)).toBe(en.errors.tooManyTries);
    expect(await statusOf(pool, "counted")).toBe("UNCONFIRMED");
  });

  test("is no link without its three parts, each once, and a client that there is", async () => {
    const link = await sent("parts");
    const broken = [
      "/confirmUser",
      changed(link, { client_id: "nosuchclient" }),
      changed(link, { user_name: "" }),
      changed(link, { confirmation_code: "" }),
      `${link.href}&user_name=someone`,
    ];
    for (const url of broken) {
      const opener = new Person();
      expect((await opener.visit(url)).status).toBe(400);
      expect(notice(opener)).toBe(en.linkFailed);
      expect(opener.html).not.toContain("<form");
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      expect((await opener.visit(url, { method: "POST", body: "", headers })).status).toBe(400);
    }
    expect(await statusOf(pool, "parts")).toBe("UNCONFIRMED");
  });

  test("knows no client of another pool at a pool's own domain", async () => {
    const housed = await openPool(BY_LINK);
    const Domain = "login.other.example";
    const CustomDomainConfig = { CertificateArn: "arn:aws:acm:us-east-1:000000000000:certificate/x" };
    await call("CreateUserPoolDomain", { UserPoolId: housed.pool, Domain, CustomDomainConfig });
    const link = await sent("elsewhere");
    const opener = new Person(`http://${Domain}`);
    await opener.visit(`${link.pathname}${link.search}`);
    expect(notice(opener)).toBe(en.linkFailed);
  });

  test("keeps the code from other sites and from copies", async () => {
    const response = await new Person().visit((await sent("private")).href);
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-security-policy")).toContain("form-action 'self'");
  });

  test("has the look of the client, where the link is one of ours", async () => {
    const link = await sent("looks");
    const CSS = ".submitButton-customizable { background-color: teal }";
    await call("SetUICustomization", { UserPoolId: pool, ClientId: client, CSS });
    const opener = new Person();
    await opener.visit(link.href);
    expect(opener.html).toContain("background-color:teal");
    await opener.visit(changed(link, { client_id: "nosuchclient" }));
    expect(opener.html).not.toContain("background-color:teal");
  });

  test("tells a fault of ours as such: the link is not to blame when a trigger cannot be asked", async () => {
    const triggered = await openPool({
      ...BY_LINK,
      LambdaConfig: { PostConfirmation: "arn:aws:lambda:us-east-1:000000000000:function:f" },
    });
    const email = newAddress();
    await signUpForLink(triggered.client, "ada", email);
    const opener = new Person();
    await opener.visit((await linkSentTo(email)).href);
    await opener.submit();
    expect(new URL(opener.url).pathname).toBe("/error");
    // Amazon Cognito: post confirmation Lambda trigger. What was confirmed stays so.
    expect(await statusOf(triggered.pool, "ada")).toBe("CONFIRMED");
  });

  test("speaks the language that is asked for", async () => {
    const opener = new Person();
    await opener.visit(changed(await sent("german"), { lang: "de" }));
    expect(opener.html).toContain('<html lang="de"');
  });
});
