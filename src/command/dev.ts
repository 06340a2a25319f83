// `npm run dev`: keys, tables, the worker, and on first start something to sign in to. Flags go to `wrangler dev`.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { AccessKey } from "../mechanisms/callers/access-keys.ts";
import { DEMO_CALLBACK, type Demo, ensureDemo } from "./dev/demo.ts";
import { sender } from "./dev/send.ts";
import { administratorKey, makeDevVars } from "./dev/vars.ts";
import { startWrangler, type Wrangler } from "./dev/wrangler.ts";

/** Milliseconds that the worker has to become healthy after it listens. */
const PATIENCE = 30_000;

const root = join(import.meta.dirname, "../..");
const args = process.argv.slice(2);

/** Flags that matter here, too; all others are wrangler's own business. */
const { values: flags } = parseArgs({
  args,
  strict: false,
  options: {
    config: { type: "string", short: "c", multiple: true },
    env: { type: "string", short: "e", multiple: true },
    "env-file": { type: "string", multiple: true },
    "persist-to": { type: "string", multiple: true },
    "local-protocol": { type: "string" },
  },
});
const given = (name: string): string[] => [flags[name] ?? []].flat().filter((value) => typeof value === "string");

let running: Wrangler | undefined;
let stopping = false;
const stop = (): void => {
  stopping = true;
  running?.stop();
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);

// npm passes signals on to the shell between, which dies of them without a word to anybody.
const parent = process.ppid;
if (process.env.npm_lifecycle_event) setInterval(() => process.ppid !== parent && stop(), 500).unref();

/** Brings the local database up to date. @returns exit code */
async function migrate(): Promise<number> {
  const shared = ["config", "env", "env-file", "persist-to"].flatMap((name) =>
    given(name).flatMap((value) => [`--${name}`, value]),
  );
  running = startWrangler(root, ["d1", "migrations", "apply", "DB", "--local", ...shared], { quiet: true });
  const code = await running.ended;
  if (code !== 0 && !stopping) process.stderr.write(running.output());
  return code;
}

/** Waits until the worker says that it is usable. @throws Error with what it says instead */
async function healthy(url: string): Promise<void> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const answer = await fetch(`${url}/health`).catch((error: Error) => error);
    if (answer instanceof Response && answer.ok) return;
    if (Date.now() > end)
      throw new Error(`not healthy: ${answer instanceof Response ? await answer.text() : answer.message}`);
    await sleep(200);
  }
}

/** The key that `npm run dev` makes is no secret; one that somebody chose may be. */
const shown = ({ accessKeyId, secretAccessKey }: AccessKey): string =>
  secretAccessKey === "local" ? `${accessKeyId} / local` : accessKeyId;

const signInQuery = ({ clientId }: Demo): string =>
  `client_id=${clientId}&response_type=code&redirect_uri=${encodeURIComponent(DEMO_CALLBACK)}`;

function describe(url: string, demo: Demo | undefined, key: AccessKey | undefined): string {
  const pool = demo && [
    `  user pool      ${demo.poolId}`,
    `  client         ${demo.clientId}`,
    `  demo user      ${demo.username} / ${demo.password}`,
    `  sign-in page   ${url}/login?${signInQuery(demo)}`,
    `  discovery      ${url}/${demo.poolId}/.well-known/openid-configuration`,
  ];
  const lines = [
    `Limen answers at ${url}`,
    ...(pool ?? []),
    `  outbox         ${url}/dev/outbox`,
    `  health         ${url}/health`,
    ...(key ? [`  administrator  access key ${shown(key)}, region us-east-1`] : []),
  ];
  return `\n${lines.join("\n")}\n\n`;
}

/** Once the worker listens: seeds and tells. The worker goes on even where this fails. */
async function welcome({ listening }: Wrangler, fresh: boolean): Promise<void> {
  const { ip, port } = await listening;
  const host = ["0.0.0.0", "[::]", "::", "*"].includes(ip) ? "localhost" : ip;
  const url = `${given("local-protocol").at(-1) ?? "http"}://${host}:${port}`;
  try {
    await healthy(url);
    const key = administratorKey(root, given("env-file"));
    const demo = key && (await ensureDemo(sender(url, key), fresh));
    process.stdout.write(describe(url, demo, key));
  } catch (error) {
    if (!stopping) process.stderr.write(`dev: the demo could not be prepared: ${(error as Error).message}\n`);
  }
}

async function main(): Promise<number> {
  const fresh = given("env-file").length === 0 && (await makeDevVars(root));
  const migrated = stopping ? 0 : await migrate();
  if (stopping || migrated !== 0) return migrated;
  running = startWrangler(root, ["dev", ...args]);
  void welcome(running, fresh);
  return running.ended;
}

const code = await main();
// Also ends what still waits for the worker.
process.exit(stopping ? 0 : code);
