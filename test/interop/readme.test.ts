import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Server, startServer } from "./server.ts";

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
