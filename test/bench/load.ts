import type { Runtime } from "./runtime.ts";

/** A kind of work that crypto.ts times. */
export type Arithmetic =
  | "argon2id"
  | "RS256 signature"
  | "RS256 check"
  | "SRP: challenge"
  | "SRP: proof"
  | "SRP: verifier of a new password";

/** What a kind of request costs. */
export interface Measured {
  name: string;
  /** Per second, one after the other and eight at once. */
  alone: number;
  together: number;
  /** Milliseconds of CPU of workerd each, and how many of them are arithmetic that nothing can save. */
  cpu: number;
  arithmetic: number;
  /** Means over all of them; NaN for what is no operation. */
  hops: number;
  rowsRead: number;
  rowsWritten: number;
}

/** One kind of request. */
export interface Kind {
  name: string;
  /** How many are sent at each concurrency. */
  times: number;
  /** Whether the worker logs what each costs in storage. */
  logged: boolean;
  /** The arithmetic in each, by the names of crypto.ts. */
  arithmetic: Arithmetic[];
  /** Makes what the requests need, before the clock runs. */
  prepare?: (times: number) => Promise<void>;
  send: (at: number) => Promise<unknown>;
}

const WARM = 5;
const AT_ONCE = 8;

/**
 * Sends requests of one kind, first one after the other, then eight at a time.
 * @param times milliseconds of CPU of each kind of arithmetic
 */
export async function measure(runtime: Runtime, kind: Kind, times: ReadonlyMap<string, number>): Promise<Measured> {
  await kind.prepare?.(WARM + 2 * kind.times);
  let at = 0;
  for (; at < WARM; at++) await kind.send(at);
  await runtime.costs(kind.logged ? WARM : 0);
  const cpu = runtime.cpu();
  const alone = await pass(1);
  const together = await pass(AT_ONCE);
  const spent = runtime.cpu() - cpu;
  const costs = kind.logged ? await runtime.costs(2 * kind.times) : [];
  const wrong = costs.find(({ event }) => event !== "operation");
  if (wrong) throw new Error(`${kind.name}: ${JSON.stringify(wrong)}`);
  const mean = (of: "hops" | "rowsRead" | "rowsWritten") =>
    costs.reduce((sum, cost) => sum + cost[of], 0) / costs.length;
  return {
    name: kind.name,
    alone,
    together,
    cpu: spent / (2 * kind.times),
    arithmetic: kind.arithmetic.reduce((sum, work) => sum + (times.get(work) ?? Number.NaN), 0),
    hops: mean("hops"),
    rowsRead: mean("rowsRead"),
    rowsWritten: mean("rowsWritten"),
  };

  /** @returns requests per second */
  async function pass(atOnce: number): Promise<number> {
    const end = at + kind.times;
    const start = performance.now();
    const drain = async () => {
      while (at < end) await kind.send(at++);
    };
    await Promise.all(Array.from({ length: atOnce }, drain));
    return (kind.times * 1000) / (performance.now() - start);
  }
}
