import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, expect, test } from "vitest";
import { Keyring } from "../../src/lib/keyring.ts";
import { signingKeys } from "../../src/mechanisms/tokens/keys.ts";

const script = join(import.meta.dirname, "../../src/command/keys.ts");
const folder = mkdtempSync(join(tmpdir(), "limen-keys-"));
afterAll(() => rmSync(folder, { recursive: true }));

const keys = (args: string[], input = "") =>
  spawnSync(process.execPath, [script, ...args], { cwd: folder, input, encoding: "utf8" });

test("prints nothing but secrets that the worker can use", async () => {
  const { stdout, stderr, status } = keys([]);
  expect([status, stderr]).toEqual([0, ""]);
  const secrets = parseEnv(stdout);
  expect(stdout.replaceAll(/'.*'/g, "")).toBe("SIGNING_KEYS=\nMASTER_KEY=\n");
  expect(signingKeys([secrets.SIGNING_KEYS as string])).toHaveLength(2);
  await expect(Keyring.open(secrets.MASTER_KEY)).resolves.toBeInstanceOf(Keyring);
});

test("rotates what .dev.vars holds, a named file, or standard input", () => {
  const present = keys([]).stdout;
  writeFileSync(join(folder, ".dev.vars"), present);
  writeFileSync(join(folder, "other"), present);
  for (const { stdout, status } of [keys(["rotate"]), keys(["rotate", "other"]), keys(["rotate", "-"], present)]) {
    const { SIGNING_KEYS, SIGNING_KEYS_2, ...rest } = parseEnv(stdout);
    const next = signingKeys([SIGNING_KEYS as string, SIGNING_KEYS_2 as string]);
    expect([status, rest, next.length]).toEqual([0, {}, 4]);
    const former = signingKeys([parseEnv(present).SIGNING_KEYS as string]);
    expect(next.filter((key) => key.publish_until !== undefined).map((key) => key.kid)).toEqual(
      former.map((key) => key.kid),
    );
  }
});

test("signs with the successor after the hours that were asked for", () => {
  const { stdout } = keys(["rotate", "-", "--sign-after", "2"], keys([]).stdout);
  const [next] = signingKeys([parseEnv(stdout).SIGNING_KEYS as string]);
  const hours = ((next?.sign_from ?? 0) - Date.now() / 1000) / 3_600;
  expect(hours).toBeGreaterThan(1.9);
  expect(hours).toBeLessThanOrEqual(2);
});

test("puts a new master key in front of the present ones", () => {
  const present = keys([]).stdout;
  const { stdout } = keys(["rotate-master", "-"], present);
  const { MASTER_KEY, ...rest } = parseEnv(stdout);
  expect(rest).toEqual({});
  expect(MASTER_KEY).toMatch(/^[\w+/]{43}=,/);
  expect(MASTER_KEY?.split(",")[1]).toBe(parseEnv(present).MASTER_KEY);
});

test.each([
  [["turn"]],
  [["rotate", "a", "b"]],
  [["--unknown"]],
  [["rotate", "--sign-after", "soon"]],
  [["rotate", "--sign-after", "-1"]],
  [["--sign-after", "3"]],
])("explains itself on standard error for the arguments %j", (args) => {
  const { stdout, stderr, status } = keys(args);
  expect([stdout, status]).toEqual(["", 2]);
  expect(stderr).toMatch(/^usage: /);
});

test.each([
  ["a file that is not there", ["rotate", "nowhere"], "", "ENOENT"],
  ["input without keys", ["rotate", "-"], "OTHER=1\n", "SIGNING_KEYS is not set"],
  ["keys that are no JSON", ["rotate", "-"], "SIGNING_KEYS='{very secret'\n", "SIGNING_KEYS is not JSON"],
  ["a master key that is none", ["rotate-master", "-"], "MASTER_KEY=abc\n", "MASTER_KEY must be base64 of 32 bytes"],
])("names %s and prints no secret", (_, args, input, message) => {
  const { stdout, stderr, status } = keys(args, input);
  expect([stdout, status]).toEqual(["", 1]);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain("very secret");
});
