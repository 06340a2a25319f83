import { vi } from "vitest";

/** What operations cost in storage while `work` ran, oldest first, as the worker's own log says. */
export async function costsOf(
  work: () => Promise<unknown>,
): Promise<
  { event: string; operation?: string; target?: string; hops: number; rowsRead: number; rowsWritten: number }[]
> {
  // Settings are known for seconds: on a slow machine they would be read again in the middle, and be counted.
  const isFrozen = vi.isFakeTimers();
  if (!isFrozen) vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  try {
    await work();
    return log.mock.calls
      .map(([line]) => {
        try {
          return JSON.parse(String(line));
        } catch {
          return {};
        }
      })
      .filter(({ event }) => ["operation", "refused", "failed"].includes(event));
  } finally {
    log.mockRestore();
    if (!isFrozen) vi.useRealTimers();
  }
}
