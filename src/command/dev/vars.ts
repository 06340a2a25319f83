import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { type AccessKey, parseAccessKeys } from "../../mechanisms/callers/access-keys.ts";
import { firstSigningKeys, makeMasterKey, signingSecrets, toLines } from "../make-keys.ts";

/**
 * Makes `.dev.vars` with fresh keys where there is none; one that is there is never touched.
 * @returns whether it was made
 */
export async function makeDevVars(root: string): Promise<boolean> {
  const file = join(root, ".dev.vars");
  if (existsSync(file)) return false;
  const secrets = signingSecrets(await firstSigningKeys());
  secrets.set("MASTER_KEY", makeMasterKey());
  secrets.set("ADMIN_KEYS", JSON.stringify([{ accessKeyId: "local", secretAccessKey: "local" }]));
  secrets.set("ENVIRONMENT", "development");
  const folder = join(root, ".wrangler");
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `dev-vars-${process.pid}`);
  writeFileSync(draft, toLines(secrets), { mode: 0o600 });
  try {
    // A link appears whole or not at all, and never in the place of another file.
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft);
  }
}

/**
 * An access key that may do everything, from the file that wrangler takes the secrets from.
 * @param envFiles values of `--env-file`, which stand in for `.dev.vars`
 */
export function administratorKey(root: string, envFiles: string[]): AccessKey | undefined {
  const files = envFiles.length > 0 ? envFiles : [".dev.vars"];
  const texts = files.map((file) => parseEnv(readFileSync(resolve(root, file), "utf8")).ADMIN_KEYS);
  const keys = parseAccessKeys(texts.findLast((text) => text !== undefined));
  return [...keys.values()].find((key) => !key.actions && !key.pools);
}
