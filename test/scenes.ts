import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { metered } from "../src/lib/meter.ts";
import worker from "../src/worker.ts";
import { Breaking, SECRET } from "./breaking.ts";
import { ORIGIN, requestOf } from "./client.ts";
import { brokenInvariants } from "./invariants.ts";

export interface Reply {
  status: number;
  body: string;
  answer: any;
}

/** Calls an operation in an environment of its own. */
export async function callIn(altered: Partial<Cloudflare.Env>, operation: string, input: object): Promise<Reply> {
  const { body, headers } = await requestOf(operation, input);
  const ctx = createExecutionContext();
  const request = new Request(`${ORIGIN}/`, { method: "POST", body, headers });
  const response = await worker.fetch(request as never, { ...env, ...altered } as Cloudflare.Env, ctx);
  const text = await response.text();
  await waitOnExecutionContext(ctx);
  return { status: response.status, body: text, answer: text === "" ? undefined : JSON.parse(text) };
}

let log: { mock: { calls: unknown[][] }; mockClear(): void };

/** Keeps what the worker logs in each test, for `expectCleanFailure`. */
export function watchLog(): void {
  beforeEach(() => {
    log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  });
  afterEach(() => void vi.restoreAllMocks());
}

/** A 500 that tells nothing, while the log tells what happened. */
export function expectCleanFailure({ status, body }: Reply, reason = SECRET): void {
  expect({ status, body }).toEqual({
    status: 500,
    body: JSON.stringify({ __type: "InternalErrorException", message: "Internal server error" }),
  });
  const lines = log.mock.calls.map(([line]) => String(line));
  expect(lines.filter((line) => line.includes('"failed"') && line.includes(reason))).toHaveLength(1);
}

export interface Scene {
  operation: string;
  input: object;
  /** What the same call may be refused with when the first try took effect although its answer was lost. */
  spent?: string[];
  /** That all is well after the repeated call, however it was answered. */
  check?: () => Promise<void>;
}

/** Breaks the database at every round trip of every scene, before and after it does its work. */
export function breakEach(SCENES: Record<string, () => Promise<Scene>>): void {
  describe.each(["before", "after"] as const)(
    "the database fails %s doing its work, at any round trip of",
    (moment) => {
      it.each(Object.keys(SCENES))(
        "%s: a clean 500, nothing half done, and the same call works again",
        async (name) => {
          for (let at = 1; ; at++) {
            expect(at).toBeLessThan(20);
            const { operation, input, spent = [], check } = await (SCENES[name] as () => Promise<Scene>)();
            const meter = new Breaking(at, moment);
            log.mockClear();
            const reply = await callIn({ DB: metered(env.DB, meter) }, operation, input);
            if (!meter.broke) {
              expect(reply.status).toBe(200);
              expect(at).toBeGreaterThan(1);
              return;
            }
            expectCleanFailure(reply);
            expect(await brokenInvariants()).toEqual([]);
            const again = await callIn({}, operation, input);
            if (again.status !== 200)
              expect({ at, refused: spent }).toEqual({ at, refused: expect.arrayContaining([again.answer.__type]) });
            expect(await brokenInvariants()).toEqual([]);
            await check?.();
          }
        },
      );
    },
  );
}
