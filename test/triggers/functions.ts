import { env } from "cloudflare:workers";
import { type ExampleFunction, exampleFunction } from "./control.ts";

export type { Event, ExampleFunction, Reply, Script } from "./control.ts";

/** A function of the example worker that no other test has, for any triggers of a pool. */
export const newFunction = (): ExampleFunction =>
  exampleFunction((path, init) => env.EXAMPLE_TRIGGERS.fetch(new URL(path, "https://example.invalid"), init));
