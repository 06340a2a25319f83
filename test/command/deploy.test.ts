import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { Project } from "./project.ts";

const project = new Project();
afterAll(() => project.remove());

test("can be deployed as it is, within the size that Workers allows", async () => {
  const build = project.start("npm", ["run", "build"]);
  expect(await build.ended, build.output).toBe(0);
  const files = readdirSync(join(project.folder, "dist")).filter((name) => /\.(?:js|wasm)$/.test(name));
  expect(files).toContain("worker.js");
  expect(files.some((name) => name.endsWith(".wasm"))).toBe(true);
  const size = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(project.folder, "dist", name))).length, 0);
  // Compressed, on the smallest plan.
  expect(size).toBeLessThan(3_000_000);
});
