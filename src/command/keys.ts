// Makes and rotates the secrets of a deployment. Standard output holds nothing but lines for a `.dev.vars` file.
import { readFileSync } from "node:fs";
import { parseArgs, parseEnv } from "node:util";
import { Keyring } from "../lib/keyring.ts";
import { signingKeys } from "../mechanisms/tokens/keys.ts";
import {
  firstSigningKeys,
  makeMasterKey,
  presentSigningSecrets,
  rotateMasterKey,
  rotateSigningKeys,
  type Secrets,
  signingSecrets,
  toLines,
} from "./make-keys.ts";

const USAGE = `usage: npm run --silent keys                         new SIGNING_KEYS and MASTER_KEY
       npm run --silent keys -- rotate [file]        the next SIGNING_KEYS
              [--sign-after <hours>]                 how long they are only published first (24)
       npm run --silent keys -- rotate-master [file] a new MASTER_KEY in front of the present ones

file holds the present secrets in the form of .dev.vars, which is also what is read unless it is named; - reads standard input.
`;

/** What the arguments ask for, or undefined where they make no sense. */
function readArguments(): { action: string; file: string; signAfter: number | undefined } | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { "sign-after": { type: "string" } },
    });
    const [action = "", file = ".dev.vars", ...rest] = positionals;
    const hours = values["sign-after"];
    const signAfter = hours === undefined ? undefined : Number(hours) * 3_600;
    if (!["", "rotate", "rotate-master"].includes(action) || rest.length > 0) return undefined;
    if (
      signAfter !== undefined &&
      (action !== "rotate" || hours?.trim() === "" || !(signAfter >= 0 && signAfter < Infinity))
    )
      return undefined;
    return { action, file, signAfter };
  } catch {
    return undefined;
  }
}

/** Reads secrets. @throws Error when there is no such file */
function present(file: string): Secrets {
  const entries = Object.entries(parseEnv(readFileSync(file === "-" ? 0 : file, "utf8")));
  return new Map(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

async function rotated(secrets: Secrets, signAfter: number | undefined): Promise<Secrets> {
  const now = Math.floor(Date.now() / 1000);
  const keys = await rotateSigningKeys(
    signingKeys(presentSigningSecrets(secrets)),
    now,
    signAfter === undefined ? undefined : now + signAfter,
  );
  return signingSecrets(keys, secrets);
}

async function masterRotated(secrets: Secrets): Promise<Secrets> {
  const master = secrets.get("MASTER_KEY");
  // Refuses a malformed one here rather than at the next deployment.
  await Keyring.open(master);
  return new Map([["MASTER_KEY", rotateMasterKey(master as string)]]);
}

const asked = readArguments();
if (!asked) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  try {
    const { action, file, signAfter } = asked;
    const secrets =
      action === "rotate"
        ? await rotated(present(file), signAfter)
        : action === "rotate-master"
          ? await masterRotated(present(file))
          : signingSecrets(await firstSigningKeys()).set("MASTER_KEY", makeMasterKey());
    process.stdout.write(toLines(secrets));
  } catch (error) {
    process.stderr.write(`keys: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
