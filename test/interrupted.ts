import { env } from "cloudflare:workers";
import { vi } from "vitest";

/** Runs `work` while the n-th round trip to the database, counted from 1, fails as if the connection had broken before it. */
export async function interruptedAt<T>(n: number, work: () => Promise<T>): Promise<{ result: T; trips: number }> {
  let trips = 0;
  const broken = () => {
    trips++;
    if (trips === n) throw new Error("D1_ERROR: Network connection lost.");
  };
  const statement = Object.getPrototypeOf(env.DB.prepare("select 1"));
  const spies = [
    [env.DB, "batch"] as const,
    ...["all", "run", "raw", "first"].map((name) => [statement, name] as const),
  ].map(([owner, name]) => {
    const original = owner[name];
    return vi.spyOn(owner, name).mockImplementation(function (this: unknown, ...args: unknown[]) {
      broken();
      return original.apply(this, args);
    });
  });
  try {
    return { result: await work(), trips };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
