import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { build } from "esbuild";
import type { Page } from "playwright-core";

/** An app as Amplify's guide writes it, which hands its functions to the tests. */
const APP = `
  import { Amplify } from "aws-amplify";
  import * as auth from "aws-amplify/auth";
  import { Hub } from "aws-amplify/utils";
  import "aws-amplify/auth/enable-oauth-listener";

  const events = [];
  Hub.listen("auth", ({ payload }) => events.push([payload.event, payload.data?.error?.message ?? payload.data]));
  Amplify.configure(window.configuration);
  window.app = { ...auth, events: () => events };
`;

/** The app and Amplify in one script. */
export const bundleApp = async (): Promise<string> => {
  const { outputFiles } = await build({
    stdin: { contents: APP, resolveDir: import.meta.dirname, loader: "js" },
    bundle: true,
    write: false,
    platform: "browser",
    format: "iife",
    define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
    logLevel: "silent",
  });
  return outputFiles[0]?.text as string;
};

/** The app at its address. */
export interface AmplifyApp {
  origin: string;
  /** What Amplify is configured with, by the folder that the app is opened in. */
  configurations: Map<string, object>;
  close(): void;
}

/** Serves the app on a host of its own, since a port makes another origin. */
export async function serveApp(script: string): Promise<AmplifyApp> {
  const configurations = new Map<string, object>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const configuration = configurations.get(pathname.split("/")[1] ?? "");
    if (pathname === "/app.js") response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    else if (!configuration) response.writeHead(404).end();
    else {
      response
        .writeHead(200, { "content-type": "text/html; charset=utf-8" })
        .end(
          `<!doctype html><title>app</title><script>configuration = ${JSON.stringify(configuration)}</script><script src="/app.js"></script>`,
        );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://localhost:${port}`, configurations, close: () => void server.close() };
}

/** Calls functions of the app by their names; each answers what they do, or the name of the error that they throw. */
export const callerOf =
  (page: Page) =>
  (name: string, input?: object): Promise<any> =>
    page.evaluate(
      async ([name, input]) => {
        const made = (globalThis as any).app[name as string];
        try {
          return JSON.parse(JSON.stringify((await made(input)) ?? null));
        } catch (error) {
          return { thrown: (error as Error).name };
        }
      },
      [name, input] as const,
    );
