import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort } from "../command/project.ts";
import { Browserless } from "./browserless.ts";
import { startTriggers, WEBHOOK_SECRET } from "./example-triggers.ts";
import { PASSWORD } from "./fixtures.ts";
import { type Server, startServer } from "./server.ts";
import { administrator, makeWebApp, makeWebPool, USER } from "./web-app.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");

let server: Server;
let folder: string;
beforeAll(async () => {
  server = await startServer();
  // Inside the project, where the packages of the example are found.
  folder = mkdtempSync(join(root, "node_modules/.readme-"));
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server?.close();
});

it("shows a first sign-in that works as it is printed", async () => {
  const [, example] = /^## First sign-in$[\s\S]*?^```js\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  writeFileSync(join(folder, "first.mjs"), example as string);
  const child = spawn(process.execPath, [join(folder, "first.mjs")], {
    env: { ...process.env, LIMEN_URL: server.origin },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (printed += String(data)));
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(printed).toMatch(/^ada is signed in, as [0-9a-f-]{36}\n$/);
  expect(code).toBe(0);
});

it("shows a webhook how to be sure of its caller, which works as it is printed", async () => {
  const [, example] = /^## Triggers$[\s\S]*?^```js\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  writeFileSync(join(folder, "webhook.mjs"), `export ${example}`);
  type Check = (request: Request, secret: string) => Promise<{ triggerSource: string } | undefined>;
  const { fromLimen } = (await import(join(folder, "webhook.mjs"))) as { fromLimen: Check };
  const triggers = await startTriggers();
  const asking = await startServer({ TRIGGERS: triggers.TRIGGERS });
  try {
    const send = administrator(asking);
    const { UserPool } = await send("CreateUserPool", {
      PoolName: "webhook",
      LambdaConfig: { PreSignUp: triggers.webhook.arn },
    });
    await send("AdminCreateUser", { UserPoolId: UserPool.Id, Username: "ada", MessageAction: "SUPPRESS" });
    const [{ headers, body } = { headers: {}, body: "" }] = triggers.arrived;
    const arrived = (text: string) => new Request("https://hooks.example.com", { method: "POST", headers, body: text });
    expect(await fromLimen(arrived(body), WEBHOOK_SECRET)).toMatchObject({
      triggerSource: "PreSignUp_AdminCreateUser",
    });
    expect(await fromLimen(arrived(body), `${WEBHOOK_SECRET}!`)).toBeUndefined();
    expect(await fromLimen(arrived(body.replace("ada", "eve")), WEBHOOK_SECRET)).toBeUndefined();
  } finally {
    await asking.close();
    await triggers.close();
  }
});

it("shows an application whose people sign in at the pages, which works as it is printed", async () => {
  const [, example] = /^### By the sign-in pages$[\s\S]*?^```js\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  // The port alone is another, since 3000 may be in use.
  const port = await freePort();
  const at = `http://localhost:${port}`;
  writeFileSync(join(folder, "app.mjs"), (example as string).replaceAll("3000", String(port)));
  const POOL = await makeWebPool(server);
  const { ClientId } = await makeWebApp(server, POOL, { GenerateSecret: false, CallbackURLs: [`${at}/callback`] });
  const child = spawn(process.execPath, [join(folder, "app.mjs")], {
    env: { ...process.env, LIMEN_URL: server.origin, POOL, CLIENT: ClientId },
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  try {
    let failed = "";
    child.stderr.on("data", (data) => (failed += String(data)));
    await new Promise((resolve, reject) => {
      child.stdout.once("data", resolve);
      child.once("close", () => reject(new Error(failed)));
    });
    const start = await fetch(at, { redirect: "manual" });
    const browser = new Browserless(server.origin);
    await browser.open(start.headers.get("location") as string);
    const back = await browser.submit({ username: USER, password: PASSWORD });
    const told = await (await fetch(back as URL)).json();
    expect(told).toMatchObject({ email: "ada@example.com", name: "Ada" });
  } finally {
    child.kill();
    await ended;
  }
});
