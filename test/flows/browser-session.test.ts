import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { call, codeSentTo, makePool, makeUser, PASSWORD, requestOf, signIn } from "../client.ts";
import { authorizeUrl, CALLBACK, makeWebClient, Person } from "../endpoints/login/person.ts";
import { post, read } from "../endpoints/oauth/requests.ts";
import { get } from "../fetch.ts";
import { meanwhile } from "../meanwhile.ts";

const NEXT = "An0ther-Horse!";
const MINUTE = 60_000;
let pool: string;
let client: string;

beforeAll(async () => {
  pool = await makePool();
  client = (await makeWebClient(pool)).ClientId;
  await makeUser(pool, "ada");
});
afterEach(() => vi.useRealTimers());

const later = (milliseconds: number) => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + milliseconds });
const cookieName = (poolId = pool) => `limen.${poolId}`;

/** Signs in at the pages. */
async function enter(username: string, clientId = client, person = new Person(), password = PASSWORD): Promise<Person> {
  await person.visit(authorizeUrl(clientId));
  await person.submit({ username, password });
  expect(person.sentToClient()).toHaveProperty("code");
  return person;
}

/** Whether the browser is signed in for a client: what it is told without being asked anything. */
async function isSignedIn(person: Person, clientId = client): Promise<boolean> {
  await person.visit(authorizeUrl(clientId, { prompt: "none" }));
  const { code, error } = person.sentToClient();
  expect(code === undefined ? error : undefined).toBe(code === undefined ? "login_required" : undefined);
  return code !== undefined;
}

/** Whether a browser with this cookie, and no other, is signed in. */
function counts(value: string, poolId = pool, clientId = client): Promise<boolean> {
  const person = new Person();
  person.cookies.set(cookieName(poolId), value);
  return isSignedIn(person, clientId);
}

describe("the session of a browser", () => {
  it("[Amazon Cognito: managed login, cookies] lasts an hour from the sign-in, however much it is used", async () => {
    const person = await enter("ada");
    const cookie = person.cookies.get(cookieName()) as string;
    for (const minutes of [30, 29]) {
      later(minutes * MINUTE);
      expect(await isSignedIn(person)).toBe(true);
      expect(person.cookies.get(cookieName())).toBe(cookie);
    }
    later(MINUTE);
    expect(await isSignedIn(person)).toBe(false);
    await person.visit(authorizeUrl(client));
    expect(person.fields().has("password")).toBe(true);
  });

  it("[RFC 6265bis §4.1.3.2] is kept by a cookie that scripts, other hosts and other sites' forms do not have", async () => {
    for (const [origin, name] of [
      ["http://limen.test", cookieName()],
      ["https://limen.test", `__Host-${cookieName()}`],
    ] as const) {
      const person = new Person(origin);
      await person.visit(authorizeUrl(client));
      await person.submit({ username: "ada", password: PASSWORD });
      const cookie = person.response.headers.getSetCookie().find((each) => each.startsWith(`${name}=`));
      const [, ...attributes] = cookie?.split("; ") ?? [];
      const expected = [
        "Max-Age=3600",
        "Path=/",
        "HttpOnly",
        "SameSite=Lax",
        ...(name.startsWith("__") ? ["Secure"] : []),
      ];
      expect(attributes.sort()).toEqual(expected.sort());
    }
  });

  it("is not opened by a cookie of plain HTTP where the page came by HTTPS", async () => {
    const { cookies } = await enter("ada");
    const person = new Person("https://limen.test");
    person.cookies.set(cookieName(), cookies.get(cookieName()) as string);
    expect(await isSignedIn(person)).toBe(false);
  });

  it("needs the secret beside the id, which no table has", async () => {
    const [id, secret] = ((await enter("ada")).cookies.get(cookieName()) as string).split(".") as [string, string];
    const [otherId, otherSecret] = ((await enter("ada")).cookies.get(cookieName()) as string).split(".") as [
      string,
      string,
    ];
    expect(await counts(`${id}.${secret}`)).toBe(true);
    const { results } = await env.DB.prepare("select * from browser_sessions where id = ?").bind(id).all();
    expect(JSON.stringify(results)).not.toContain(secret);
    const hash = (results[0] as { secret_hash: string }).secret_hash;
    const last = secret.endsWith("A") ? "B" : "A";
    for (const forged of [
      `${id}.${otherSecret}`,
      `${otherId}.${secret}`,
      `${id}.${secret.slice(0, -1)}${last}`,
      `${id}.${hash}`,
      `${id}.${"A".repeat(43)}`,
      `${id.toUpperCase()}.${secret}`,
      `${crypto.randomUUID()}.${secret}`,
      `${id}.`,
      id,
      `' or 1=1 --.${secret}`,
      `${id}.${secret}.${secret}`,
      "",
    ]) {
      expect([forged, await counts(forged)]).toEqual([forged, false]);
    }
  });

  it("is a new one for another user, whatever the browser brought along (session fixation)", async () => {
    await makeUser(pool, "mallory");
    const planted = (await enter("mallory")).cookies.get(cookieName()) as string;
    const victim = new Person();
    victim.cookies.set(cookieName(), planted);
    await victim.visit(authorizeUrl(client, { prompt: "login" }));
    await victim.submit({ username: "ada", password: PASSWORD });
    const own = victim.cookies.get(cookieName()) as string;
    const parts = (text: string) => text.split(".") as [string, string];
    expect(own).not.toBe(planted);
    expect(parts(own)[0]).not.toBe(parts(planted)[0]);
    expect(parts(own)[1]).not.toBe(parts(planted)[1]);
    const { results } = await env.DB.prepare(
      "select b.id, u.username from browser_sessions b join users u on u.sub = b.sub where b.id in (?, ?)",
    )
      .bind(parts(own)[0], parts(planted)[0])
      .all();
    expect(results).toHaveLength(2);
    expect(results).toContainEqual({ id: parts(own)[0], username: "ada" });
    expect(results).toContainEqual({ id: parts(planted)[0], username: "mallory" });
  });

  it("goes on under its id for the same user who signs in again, with a new secret and a new time", async () => {
    const person = await enter("ada");
    const before = person.cookies.get(cookieName()) as string;
    const [id] = before.split(".") as [string];
    await env.DB.prepare("update browser_sessions set auth_time = 1, created_at = 1 where id = ?").bind(id).run();
    await person.visit(authorizeUrl(client, { prompt: "login" }));
    await person.submit({ username: "ada", password: PASSWORD });
    const after = person.cookies.get(cookieName()) as string;
    expect(after.split(".")[0]).toBe(id);
    expect(await counts(before)).toBe(false);
    expect(await counts(after)).toBe(true);
    const row = await env.DB.prepare("select auth_time from browser_sessions where id = ?").bind(id).first();
    expect(row?.auth_time).toBeGreaterThan(1);
  });

  it("is not taken over by whoever knows its id, or has its secret after its hour", async () => {
    const person = await enter("ada");
    const [id, secret] = (person.cookies.get(cookieName()) as string).split(".") as [string, string];
    const idAfter = async (cookie: string) => {
      const other = new Person();
      other.cookies.set(cookieName(), cookie);
      await other.visit(authorizeUrl(client, { prompt: "login" }));
      await other.submit({ username: "ada", password: PASSWORD });
      return (other.cookies.get(cookieName()) as string).split(".")[0];
    };
    expect(await idAfter(`${id}.${"A".repeat(43)}`)).not.toBe(id);
    expect(await isSignedIn(person)).toBe(true);
    await env.DB.prepare("update browser_sessions set expires_at = ? where id = ?")
      .bind(Date.now() - 1, id)
      .run();
    expect(await idAfter(`${id}.${secret}`)).not.toBe(id);
  });

  it("never takes an id that the browser made up (session fixation)", async () => {
    const chosen = `${crypto.randomUUID()}.${"x".repeat(43)}`;
    const person = new Person();
    person.cookies.set(cookieName(), chosen);
    await enter("ada", client, person);
    expect(person.cookies.get(cookieName())).not.toBe(chosen);
    expect(await counts(chosen)).toBe(false);
  });
});

describe("who shares it", () => {
  it("is every client of the pool, and nobody else", async () => {
    const sibling = (await makeWebClient(pool)).ClientId;
    const stranger = (await makeWebClient(await makePool())).ClientId;
    const person = await enter("ada");
    expect(await isSignedIn(person, sibling)).toBe(true);
    expect(await isSignedIn(person, stranger)).toBe(false);
  });

  it("is no other pool, even where the cookie is renamed for it", async () => {
    const other = await makePool();
    const stranger = (await makeWebClient(other)).ClientId;
    await makeUser(other, "ada");
    const value = (await enter("ada")).cookies.get(cookieName()) as string;
    expect(await counts(value, other, stranger)).toBe(false);
  });

  it("is one pool each, where several are on one host: signing in at one leaves the others as they are", async () => {
    const other = await makePool();
    const neighbour = (await makeWebClient(other)).ClientId;
    await makeUser(other, "ada");
    const person = await enter("ada");
    expect(await isSignedIn(person, neighbour)).toBe(false);
    await enter("ada", neighbour, person);
    expect([...person.cookies.keys()]).toEqual(expect.arrayContaining([cookieName(), cookieName(other)]));
    expect(await isSignedIn(person, neighbour)).toBe(true);
    expect(await isSignedIn(person)).toBe(true);
    await call("AdminUserGlobalSignOut", { UserPoolId: other, Username: "ada" });
    expect(await isSignedIn(person, neighbour)).toBe(false);
    expect(await isSignedIn(person)).toBe(true);
  });
});

/** Someone with an address, who is called by operations. */
async function resident(name: string) {
  const email = `${name}@example.com`;
  const sub = await makeUser(pool, name, { email, email_verified: "true" });
  const asAdmin = (operation: string, more: object = {}) =>
    call(operation, { UserPoolId: pool, Username: name, ...more });
  const asUser = async (operation: string, more: object = {}) => {
    const { AccessToken } = (await signIn(client, name)).AuthenticationResult;
    return call(operation, { AccessToken, ...more });
  };
  return { name, sub, email, asAdmin, asUser };
}
type Resident = Awaited<ReturnType<typeof resident>>;

const ENDS: Record<string, (user: Resident) => Promise<unknown>> = {
  AdminDisableUser: ({ asAdmin }) => asAdmin("AdminDisableUser"),
  "AdminDisableUser, also when the user is enabled again": async ({ asAdmin }) => {
    await asAdmin("AdminDisableUser");
    await asAdmin("AdminEnableUser");
  },
  AdminDeleteUser: ({ asAdmin }) => asAdmin("AdminDeleteUser"),
  DeleteUser: ({ asUser }) => asUser("DeleteUser"),
  AdminUserGlobalSignOut: ({ asAdmin }) => asAdmin("AdminUserGlobalSignOut"),
  GlobalSignOut: ({ asUser }) => asUser("GlobalSignOut"),
  "AdminSetUserPassword, permanent": ({ asAdmin }) =>
    asAdmin("AdminSetUserPassword", { Password: NEXT, Permanent: true }),
  "AdminSetUserPassword, temporary": ({ asAdmin }) => asAdmin("AdminSetUserPassword", { Password: NEXT }),
  AdminResetUserPassword: ({ asAdmin }) => asAdmin("AdminResetUserPassword"),
  ConfirmForgotPassword: async ({ name, email }) => {
    await call("ForgotPassword", { ClientId: client, Username: name });
    const ConfirmationCode = await codeSentTo(email);
    await call("ConfirmForgotPassword", { ClientId: client, Username: name, ConfirmationCode, Password: NEXT });
  },
  ChangePassword: ({ asUser }) => asUser("ChangePassword", { PreviousPassword: PASSWORD, ProposedPassword: NEXT }),
  "the page for forgotten passwords": async ({ name, email }) => {
    const person = new Person();
    await person.visit(authorizeUrl(client, {}, "/forgotPassword"));
    await person.submit({ username: name });
    await expect.poll(() => codeSentTo(email).catch(() => "")).toMatch(/\d/);
    await person.submit({ code: await codeSentTo(email), password: NEXT, repeated: NEXT });
    expect(person.html).toContain("Your password was changed");
  },
};

/** Refused, or about something else. */
const LEAVES: Record<string, (user: Resident) => Promise<unknown>> = {
  "AdminEnableUser of a user who was not disabled": ({ asAdmin }) => asAdmin("AdminEnableUser"),
  AdminUpdateUserAttributes: ({ asAdmin }) =>
    asAdmin("AdminUpdateUserAttributes", { UserAttributes: [{ Name: "nickname", Value: "n" }] }),
  "ForgotPassword alone": ({ name }) => call("ForgotPassword", { ClientId: client, Username: name }),
  "ConfirmForgotPassword with a wrong code": async ({ name }) => {
    await call("ForgotPassword", { ClientId: client, Username: name });
    const answer = { ConfirmationCode: "not-it", Password: NEXT };
    await expect(call("ConfirmForgotPassword", { ClientId: client, Username: name, ...answer })).rejects.toThrow();
  },
  "ChangePassword with a wrong password": ({ asUser }) =>
    expect(asUser("ChangePassword", { PreviousPassword: NEXT, ProposedPassword: NEXT })).rejects.toThrow(),
  "AdminSetUserPassword with a weak password": ({ asAdmin }) =>
    expect(asAdmin("AdminSetUserPassword", { Password: "weak" })).rejects.toThrow(),
  "a sign-in elsewhere": ({ name }) => signIn(client, name),
};

let count = 0;

describe("the sessions of all browsers of a user", () => {
  it.each(Object.keys(ENDS))(
    "end with %s, and with them the codes that they gave; those of others do not",
    async (event) => {
      const user = await resident(`ended-${count++}`);
      const browsers = [await enter(user.name), await enter(user.name)];
      const bystander = await enter("ada");
      const [{ code }] = browsers.map((each) => each.sentToClient()) as [Record<string, string>];
      await (ENDS[event] as (typeof ENDS)[string])(user);
      for (const browser of browsers) expect(await isSignedIn(browser)).toBe(false);
      const left = await env.DB.prepare("select id from browser_sessions where sub = ?").bind(user.sub).all();
      expect(left.results).toEqual([]);
      const grant = { grant_type: "authorization_code", client_id: client, redirect_uri: CALLBACK };
      expect(await read(post("/oauth2/token", { ...grant, code: code as string }))).toMatchObject({
        status: 400,
        error: "invalid_grant",
      });
      expect(await isSignedIn(bystander)).toBe(true);
    },
  );

  it.each(Object.keys(LEAVES))("live on with %s", async (event) => {
    const user = await resident(`left-${count++}`);
    const browser = await enter(user.name);
    await (LEAVES[event] as (typeof ENDS)[string])(user);
    expect(await isSignedIn(browser)).toBe(true);
  });

  it.each([
    ["disabled", "enabled = 0"],
    ["made to choose a password", "status = 'FORCE_CHANGE_PASSWORD'"],
    ["made to reset the password", "status = 'RESET_REQUIRED'"],
  ])("do not count for a user who is %s, even while the rows are there", async (_, change) => {
    const user = await resident(`state-${count++}`);
    const browser = await enter(user.name);
    await env.DB.prepare(`update users set ${change} where sub = ?`).bind(user.sub).run();
    expect(await isSignedIn(browser)).toBe(false);
  });
});

describe("a change that is overtaken and then refused ends no session:", () => {
  /** Calls an operation, and does something else just before it writes. @returns the name of its fault */
  async function overtaken(operation: string, input: object, event: () => Promise<unknown>): Promise<string> {
    const { DB, happened } = meanwhile('update "users"', event);
    const request = await requestOf(operation, input);
    const response = await get("/", { method: "POST", ...request }, { DB });
    expect(happened()).toBe(true);
    return (await response.json<{ __type: string }>()).__type;
  }

  /** Another password, with which the user signs in again. */
  async function renew({ name, asAdmin }: Resident) {
    await asAdmin("AdminSetUserPassword", { Password: NEXT, Permanent: true });
    const browser = await enter(name, client, new Person(), NEXT);
    const { AccessToken } = (await signIn(client, name, NEXT)).AuthenticationResult;
    return { browser, AccessToken };
  }

  const expectAlive = async ({ browser, AccessToken }: Awaited<ReturnType<typeof renew>>, { name }: Resident) => {
    expect(await isSignedIn(browser)).toBe(true);
    await expect(call("GetUser", { AccessToken })).resolves.toMatchObject({ Username: name });
  };

  it("ChangePassword", async () => {
    const user = await resident(`overtaken-${count++}`);
    const { AccessToken } = (await signIn(client, user.name)).AuthenticationResult;
    let renewed: Awaited<ReturnType<typeof renew>> | undefined;
    const input = { AccessToken, PreviousPassword: PASSWORD, ProposedPassword: "Th1rd-Horse!" };
    const fault = await overtaken("ChangePassword", input, async () => (renewed = await renew(user)));
    expect(fault).toBe("NotAuthorizedException");
    await expectAlive(renewed as never, user);
  });

  it("ConfirmForgotPassword", async () => {
    const user = await resident(`overtaken-${count++}`);
    await call("ForgotPassword", { ClientId: client, Username: user.name });
    const ConfirmationCode = await codeSentTo(user.email);
    let renewed: Awaited<ReturnType<typeof renew>> | undefined;
    const input = { ClientId: client, Username: user.name, ConfirmationCode, Password: "Th1rd-Horse!" };
    const fault = await overtaken("ConfirmForgotPassword", input, async () => (renewed = await renew(user)));
    expect(fault).toBe("TooManyRequestsException");
    await expectAlive(renewed as never, user);
  });

  it("AdminResetUserPassword", async () => {
    const user = await resident(`overtaken-${count++}`);
    const renewed = await renew(user);
    const UserAttributes = [{ Name: "email_verified", Value: "false" }];
    const event = () => user.asAdmin("AdminUpdateUserAttributes", { UserAttributes });
    const fault = await overtaken("AdminResetUserPassword", { UserPoolId: pool, Username: user.name }, event);
    expect(fault).toBe("InvalidParameterException");
    await expectAlive(renewed, user);
  });
});
