import type { Event, Script } from "./worker.ts";

export type { Event, Reply, Script } from "./worker.ts";

/** A function of the example worker. */
export interface ExampleFunction {
  arn: string;
  /** What it answers with from now on; without, or for sources that are not named, it is the example. */
  script(script: Script): Promise<void>;
  /** The events that it got, oldest first. */
  events(): Promise<Event[]>;
}

/**
 * A function of its own for a test.
 * @param ask reaches the example worker by path
 */
export function exampleFunction(ask: (path: string, init?: RequestInit) => Promise<Response>): ExampleFunction {
  const name = `example-${crypto.randomUUID()}`;
  return {
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    async script(script) {
      await ask(`/script/${name}`, { method: "PUT", body: JSON.stringify(script) });
    },
    events: async () => (await (await ask(`/events/${name}`)).json()) as Event[],
  };
}
