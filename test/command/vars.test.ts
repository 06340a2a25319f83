import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { administratorKey, makeDevVars } from "../../src/command/dev/vars.ts";

let root: string;
let file: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "limen-vars-"));
  file = join(root, ".dev.vars");
});
afterEach(() => rmSync(root, { recursive: true }));

describe("makeDevVars", () => {
  test("writes everything that a local start needs, for its owner's eyes only", async () => {
    expect(await makeDevVars(root)).toBe(true);
    const { ENVIRONMENT, ADMIN_KEYS, SIGNING_KEYS, MASTER_KEY } = parseEnv(readFileSync(file, "utf8"));
    expect(ENVIRONMENT).toBe("development");
    expect(JSON.parse(ADMIN_KEYS as string)).toEqual([{ accessKeyId: "local", secretAccessKey: "local" }]);
    expect(JSON.parse(SIGNING_KEYS as string).keys).toHaveLength(2);
    expect(Buffer.from(MASTER_KEY as string, "base64")).toHaveLength(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(root, ".wrangler"))).toEqual([]);
  });

  test("never touches a file that is there, whatever is in it", async () => {
    writeFileSync(file, "MINE=1\n");
    expect(await makeDevVars(root)).toBe(false);
    expect(readFileSync(file, "utf8")).toBe("MINE=1\n");
  });

  test("leaves a file that appeared while keys were being made", async () => {
    const making = makeDevVars(root);
    writeFileSync(file, "MINE=1\n");
    expect(await making).toBe(false);
    expect(readFileSync(file, "utf8")).toBe("MINE=1\n");
    expect(readdirSync(join(root, ".wrangler"))).toEqual([]);
  });
});

describe("administratorKey", () => {
  const key = (accessKeyId: string, more = {}) => ({ accessKeyId, secretAccessKey: "s", ...more });
  const write = (name: string, keys: object[]) =>
    writeFileSync(join(root, name), `ADMIN_KEYS='${JSON.stringify(keys)}'\n`);

  test("is the first that may do everything", () => {
    write(".dev.vars", [
      key("few", { actions: ["cognito-idp:List*"] }),
      key("one", { pools: ["us-east-1_a"] }),
      key("all"),
    ]);
    expect(administratorKey(root, [])?.accessKeyId).toBe("all");
  });

  test("comes from the last of the files that stand in for .dev.vars", () => {
    write(".dev.vars", [key("unused")]);
    write("a.env", [key("a")]);
    write("b.env", [key("b")]);
    writeFileSync(join(root, "c.env"), "OTHER=1\n");
    expect(administratorKey(root, ["a.env", "b.env", "c.env"])?.accessKeyId).toBe("b");
  });

  test("is nobody where all are limited, or there are none", () => {
    write(".dev.vars", [key("few", { actions: [] })]);
    expect(administratorKey(root, [])).toBeUndefined();
    writeFileSync(file, "OTHER=1\n");
    expect(administratorKey(root, [])).toBeUndefined();
  });
});
