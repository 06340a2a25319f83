import { expect, test } from "vitest";
import { importFaults, importsOf } from "./import-rules.ts";
import { readFolder } from "./source.ts";

/** A file map of empty files, with imports in some of them. */
const tree = (imports: Record<string, string[]>): Map<string, string> => {
  const files = new Map(Object.keys(imports).map((path) => [path, ""]));
  for (const [path, targets] of Object.entries(imports)) {
    files.set(path, targets.map((target) => `import { x } from "${target}";`).join("\n"));
  }
  return files;
};

test("imports in src fall one way, and none forms a cycle", () => {
  const files = readFolder("src", /\.(?:tsx?|json)$/);
  expect(files.size).toBeGreaterThan(50);
  expect(importFaults(files)).toEqual([]);
});

test.each([
  [
    "an operation that reaches up to an endpoint",
    { "operations/users/A.ts": ["../../endpoints/oauth/b.ts"], "endpoints/oauth/b.ts": [] },
  ],
  ["an operation of another family", { "operations/users/A.ts": ["../groups/B.ts"], "operations/groups/B.ts": [] }],
  ["an endpoint that skips operations", { "endpoints/aws/a.ts": ["../../directory/b.ts"], "directory/b.ts": [] }],
  ["an endpoint of another kind", { "endpoints/oauth/a.ts": ["../aws/b.ts"], "endpoints/aws/b.ts": [] }],
  [
    "a mechanism that knows another",
    { "mechanisms/tokens/a.ts": ["../triggers/b.ts"], "mechanisms/triggers/b.ts": [] },
  ],
  ["a mechanism that knows a flow", { "mechanisms/tokens/a.ts": ["../../flows/b.ts"], "flows/b.ts": [] }],
  ["a factor that loads something", { "mechanisms/factors/a.ts": ["../../directory/b.ts"], "directory/b.ts": [] }],
  ["a flow that knows another flow's steps", { "flows/recovery/a.ts": ["../sign-in/b.ts"], "flows/sign-in/b.ts": [] }],
  ["a shared flow that knows one flow's steps", { "flows/a.ts": ["./sign-in/b.ts"], "flows/sign-in/b.ts": [] }],
  [
    "a directory that knows a mechanism",
    { "directory/a.ts": ["../mechanisms/tokens/b.ts"], "mechanisms/tokens/b.ts": [] },
  ],
  ["a library that knows the call", { "lib/a.ts": ["../call.ts"], "call.ts": [] }],
  ["a page atom that reads the directory", { "ui/a.tsx": ["../directory/b.ts"], "directory/b.ts": [] }],
  ["anything that imports the worker", { "endpoints/health.ts": ["../worker.ts"], "worker.ts": [] }],
  ["a barrel", { "lib/index.ts": [] }],
  ["an import without an ending", { "lib/a.ts": ["./b"], "lib/b.ts": [] }],
  ["a folder that nobody planned", { "services/a.ts": ["../lib/b.ts"], "lib/b.ts": [] }],
])("finds %s", (_, imports) => {
  const [offender] = Object.keys(imports);
  const faults = importFaults(tree(imports as Record<string, string[]>));
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain(offender);
});

test("finds a cycle, and names it once", () => {
  const faults = importFaults(tree({ "lib/a.ts": ["./b.ts"], "lib/b.ts": ["./c.ts"], "lib/c.ts": ["./a.ts"] }));
  expect(faults).toEqual(["lib/a.ts -> lib/b.ts -> lib/c.ts -> lib/a.ts: imports form a cycle"]);
});

test("lets the layers import what is below them", () => {
  const allowed = {
    "worker.ts": ["./endpoints/aws/a.ts", "./call.ts"],
    "call.ts": ["./directory/d.ts"],
    "endpoints/aws/a.ts": ["../../operations/list.ts"],
    "operations/list.ts": ["./users/A.ts"],
    "operations/users/A.ts": ["../../flows/f.ts", "../../call.ts"],
    "flows/f.ts": ["../mechanisms/tokens/t.ts"],
    "mechanisms/tokens/t.ts": ["../../directory/d.ts", "../../lib/l.ts"],
    "directory/d.ts": ["../lib/l.ts"],
    "lib/l.ts": ["../../package.json"],
  };
  expect(importFaults(tree(allowed))).toEqual([]);
});

test("sees every form of import", () => {
  const text = `import { a,
  b } from "./many-lines.ts";
import type { T } from "../type.ts";
import "./effect.ts";
export { c } from "./again.ts";
export * from './single-quotes.ts';
import data from "./data.json" with { type: "json" };
import { z } from "zod";
type U = import("./in-type.ts").U;
const lazy = () => import("./lazy.ts");`;
  expect(importsOf("lib/x.ts", text).sort()).toEqual(
    [
      "lib/again.ts",
      "lib/data.json",
      "lib/effect.ts",
      "lib/in-type.ts",
      "lib/lazy.ts",
      "lib/many-lines.ts",
      "lib/single-quotes.ts",
      "type.ts",
    ].sort(),
  );
});
