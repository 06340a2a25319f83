import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { type AmplifyApp, bundleApp, callerOf, serveApp } from "./amplify-app.ts";
import { describeInChromium, launchChromium } from "./chromium.ts";
import { PASSWORD } from "./fixtures.ts";
import { type Server, startServer } from "./server.ts";
import { serveTls, type TlsServer } from "./tls.ts";
import { administrator, makeWebApp, makeWebPool, USER } from "./web-app.ts";

describeInChromium("[Amplify v6] an unchanged application in a real browser, but for its endpoints", () => {
  let server: Server;
  let tls: TlsServer;
  let app: AmplifyApp;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    [server, app, browser] = await Promise.all([
      startServer({}, { secure: true }),
      bundleApp().then(serveApp),
      launchChromium(),
    ]);
    // Amplify takes the domain without a scheme, and speaks HTTPS.
    tls = await serveTls((url, init) => server.ask(url, init));
    const pool = await makeWebPool(server);
    for (const responseType of ["code", "token"]) {
      const at = [`${app.origin}/${responseType}/`];
      const { ClientId } = await makeWebApp(server, pool, {
        GenerateSecret: false,
        AllowedOAuthFlows: [responseType === "code" ? "code" : "implicit"],
        CallbackURLs: at,
        LogoutURLs: at,
      });
      app.configurations.set(responseType, {
        Auth: {
          Cognito: {
            userPoolId: pool,
            userPoolClientId: ClientId,
            userPoolEndpoint: tls.origin,
            loginWith: {
              oauth: {
                domain: new URL(tls.origin).host,
                scopes: ["openid", "email", "profile", "aws.cognito.signin.user.admin"],
                redirectSignIn: at,
                redirectSignOut: at,
                responseType,
              },
            },
          },
        },
      });
    }
  });
  afterAll(async () => {
    await browser?.close();
    app?.close();
    await tls?.close();
    await server?.close();
  });

  beforeEach(async () => {
    context = await browser.newContext({ ignoreHTTPSErrors: true });
    page = await context.newPage();
  });
  afterEach(() => context.close());

  const open = (responseType = "code") => page.goto(`${app.origin}/${responseType}/`);

  const call = (name: string, input?: object): Promise<any> => callerOf(page)(name, input);

  /** Leaves the page by a function of the app. */
  const leaveBy = async (name: string, input?: object): Promise<void> => {
    await page.evaluate(([name, input]) => void (globalThis as any).app[name as string](input), [name, input] as const);
  };

  const signInAtPage = async () => {
    await page.getByLabel("Username").fill(USER);
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Sign in" }).click();
  };

  /** Waits until Amplify has told of an event. @returns what it told */
  const told = async (event: string): Promise<unknown> => {
    await page.waitForURL(`${app.origin}/**`);
    const handle = await page.waitForFunction(
      (event) => (globalThis as any).app.events().find(([name]: string[]) => name === event),
      event,
    );
    return (await handle.jsonValue())[1];
  };

  it.each(["code", "token"])(
    "signInWithRedirect leads to the page and back with tokens, by %s",
    async (responseType) => {
      await open(responseType);
      await leaveBy("signInWithRedirect", { customState: "back to /cart?id=1&x=ü" });
      await signInAtPage();
      expect(await told("customOAuthState")).toBe("back to /cart?id=1&x=ü");
      await told("signInWithRedirect");
      // Nothing of the answer stays in the address.
      expect(page.url()).toBe(`${app.origin}/${responseType}/`);
      expect(await call("getCurrentUser")).toMatchObject({ username: USER, userId: expect.any(String) });
      const { tokens } = await call("fetchAuthSession");
      expect(tokens.idToken.payload).toMatchObject({ email: "ada@example.com", "cognito:username": USER });
      expect(tokens.accessToken.payload.scope.split(" ")).toContain("aws.cognito.signin.user.admin");
      expect(await call("fetchUserAttributes")).toMatchObject({ email: "ada@example.com", name: "Ada" });
      const cookies = await context.cookies(tls.origin);
      expect(cookies.length).toBeGreaterThan(0);
      for (const { name, secure, httpOnly } of cookies) {
        expect(name).toMatch(/^__Host-/);
        expect({ secure, httpOnly }).toEqual({ secure: true, httpOnly: true });
      }
    },
  );

  it("fetchAuthSession refreshes the tokens of a sign-in at the pages", async () => {
    await open();
    await leaveBy("signInWithRedirect");
    await signInAtPage();
    await told("signInWithRedirect");
    const { tokens } = await call("fetchAuthSession");
    const again = (await call("fetchAuthSession", { forceRefresh: true })).tokens;
    expect(again.accessToken.payload.jti).not.toBe(tokens.accessToken.payload.jti);
    expect(again.accessToken.payload.scope).toBe(tokens.accessToken.payload.scope);
    expect(again.idToken.payload.sub).toBe(tokens.idToken.payload.sub);
  });

  it("signOut revokes the tokens, ends the session of the browser, and leads back", async () => {
    await open();
    await leaveBy("signInWithRedirect");
    await signInAtPage();
    await told("signInWithRedirect");
    const { origins } = await context.storageState();
    const stored = origins.flatMap(({ localStorage }) => localStorage);
    const refreshToken = stored.find(({ name }) => name.endsWith(".refreshToken"))?.value as string;
    const { ClientId, ask } = refresher();
    expect(await ask(ClientId, refreshToken)).toBe("refreshed");
    const back = page.waitForEvent("load");
    await leaveBy("signOut");
    await back;
    expect(page.url()).toBe(`${app.origin}/code/`);
    await page.waitForFunction(() => (globalThis as any).app);
    expect(await call("getCurrentUser")).toEqual({ thrown: "UserUnAuthenticatedException" });
    expect(await ask(ClientId, refreshToken)).toBe("NotAuthorizedException");
    await leaveBy("signInWithRedirect", { options: { prompt: "NONE" } });
    expect(await told("signInWithRedirect_failure")).toMatch(/login_required/);
  });

  it("a second application is signed in without a question while the session lasts", async () => {
    await open();
    await leaveBy("signInWithRedirect");
    await signInAtPage();
    await told("signInWithRedirect");
    await open("token");
    await leaveBy("signInWithRedirect", { options: { prompt: "NONE" } });
    await told("signInWithRedirect");
    expect(await call("getCurrentUser")).toMatchObject({ username: USER });
  });

  it("loginHint and lang reach the page", async () => {
    await open();
    await leaveBy("signInWithRedirect", { options: { loginHint: "grace", lang: "fr" } });
    await page.waitForURL(`${tls.origin}/login**`);
    expect(await page.locator("input[name=username]").inputValue()).toBe("grace");
    expect(await page.locator("html").getAttribute("lang")).toBe("fr");
  });

  /** Refreshes as the API does, by nothing but HTTP. */
  function refresher() {
    const { Auth } = app.configurations.get("code") as { Auth: { Cognito: { userPoolClientId: string } } };
    const send = administrator(server);
    const ask = (ClientId: string, REFRESH_TOKEN: string): Promise<string> =>
      send("InitiateAuth", { ClientId, AuthFlow: "REFRESH_TOKEN_AUTH", AuthParameters: { REFRESH_TOKEN } }).then(
        () => "refreshed",
        (error: Error) => error.name,
      );
    return { ClientId: Auth.Cognito.userPoolClientId, ask };
  }
});
