import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const root = new URL("../..", import.meta.url).pathname;

/** Bundles a worker as it would be deployed. @returns the folder with its modules */
export async function build(entry?: string): Promise<string> {
  const out = mkdtempSync(join(tmpdir(), "limen-bench-"));
  let config = join(root, "wrangler.toml");
  if (entry) {
    config = join(out, "wrangler.toml");
    writeFileSync(config, `name = "bench"\nmain = ${JSON.stringify(entry)}\ncompatibility_date = "2026-10-15"\n`);
  }
  const wrangler = join(root, "node_modules/wrangler/bin/wrangler.js");
  const args = [wrangler, "deploy", "--dry-run", "--outdir", join(out, "dist"), "--config", config];
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CLOUDFLARE_CF_FETCH_ENABLED: "false" },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (printed += String(data)));
  const code = await new Promise((resolve) => child.on("close", resolve));
  if (code !== 0) throw new Error(`the worker does not build:\n${printed}`);
  return join(out, "dist");
}
