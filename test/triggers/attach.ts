import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";

/** The worker's binding to the example worker, and how it finds the functions there. */
export const BINDING = "EXAMPLE_TRIGGERS";
export const TRIGGERS = JSON.stringify({
  "arn:aws:lambda:us-east-1:000000000000:function:example-*": { service: BINDING },
});

/** The example worker, as Miniflare wants it. */
export const exampleWorker = (): { name: string; modules: { type: "ESModule"; path: string; contents: string }[] } => {
  const text = readFileSync(new URL("worker.ts", import.meta.url).pathname, "utf8");
  return {
    name: "example-triggers",
    modules: [{ type: "ESModule", path: "worker.mjs", contents: stripTypeScriptTypes(text) }],
  };
};
