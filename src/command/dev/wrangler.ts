import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

/** Milliseconds that wrangler has to end in peace. */
const PATIENCE = 5_000;

/** A wrangler that was started. */
export interface Wrangler {
  /** Where `wrangler dev` listens, once it does. */
  listening: Promise<{ ip: string; port: number }>;
  /** Exit code, when it and everything it started are gone. */
  ended: Promise<number>;
  /** What it printed, where it was started quietly. */
  output: () => string;
  /** Asks it to end. */
  stop: () => void;
}

/** Starts the project's own wrangler. @param quiet keeps what it prints instead of showing it */
export function startWrangler(root: string, args: string[], { quiet = false } = {}): Wrangler {
  const preload = ["--import", join(import.meta.dirname, "end-with-parent.ts")];
  const script = join(root, "node_modules/wrangler/bin/wrangler.js");
  const shown = quiet ? "pipe" : "inherit";
  const child = spawn(process.execPath, [...preload, script, ...args], {
    cwd: root,
    // A group of its own, so that all of it can be ended: stopping wrangler alone can leave workerd behind.
    detached: true,
    stdio: ["ignore", shown, shown, "ipc"],
    env: {
      ...process.env,
      CLOUDFLARE_CF_FETCH_ENABLED: "false",
      WRANGLER_SEND_METRICS: "false",
      WRANGLER_HIDE_BANNER: "true",
    },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (printed += String(data)));

  return {
    listening: new Promise((resolve) => {
      child.on("message", (message) => {
        const { event, ip, port } = JSON.parse(message as string);
        if (event === "DEV_SERVER_READY") resolve({ ip, port });
      });
    }),
    ended: new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        endGroup(child, "SIGKILL");
        resolve(code ?? 1);
      });
    }),
    output: () => printed,
    stop: () => {
      child.kill("SIGTERM");
      setTimeout(() => endGroup(child, "SIGKILL"), PATIENCE).unref();
    },
  };
}

function endGroup(child: ChildProcess, signal: "SIGKILL"): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in it.
  }
}
