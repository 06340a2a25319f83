import { seedInto, seedLastPool } from "../seed-into.ts";
import { kindsOf, settle } from "./kinds.ts";
import type { Kind } from "./load.ts";
import type { Runtime } from "./runtime.ts";

const BATCH = 2_000;
const NAMES = [
  "password sign-in",
  "SRP sign-in: challenge",
  "SRP sign-in: proof",
  "refresh",
  "GetUser",
  "ListUsers, 20 of them",
];

/** Rows read by one request of each kind, in a pool of each size. */
export interface Scale {
  sizes: number[];
  /** By kind, in the order of the sizes. */
  rows: Map<string, number[]>;
  /** Whether no kind reads more rows in a larger pool. */
  constant: boolean;
}

/** Fills a pool for each size and counts the rows that requests read there. */
export async function scale(runtime: Runtime, sizes: number[]): Promise<Scale> {
  const rows = new Map<string, number[]>(NAMES.map((name) => [name, []]));
  await seedLastPool(await runtime.db());
  for (const size of sizes) {
    const town = await settle(runtime.url, 3);
    await populate(await runtime.db(), town.UserPoolId, size - town.names.length);
    const kinds = kindsOf(runtime.url, town, 1);
    for (const name of NAMES)
      rows.get(name)?.push(await rowsRead(runtime, kinds.find((kind) => kind.name === name) as Kind));
  }
  return { sizes, rows, constant: [...rows.values()].every((counts) => new Set(counts).size === 1) };
}

async function populate(db: D1Database, poolId: string, users: number): Promise<void> {
  for (let from = 0; from < users; from += BATCH) {
    const seeds = Array.from({ length: Math.min(BATCH, users - from) }, (_, at) => ({
      username: `seeded-${from + at}`,
      attributes: { email: `seeded-${from + at}@example.com`, name: `Seeded ${from + at}` },
    }));
    await seedInto(db, poolId, seeds);
  }
}

/** Of the second request: the first also reads settings that are then kept for a while. */
async function rowsRead(runtime: Runtime, kind: Kind): Promise<number> {
  await kind.prepare?.(2);
  await kind.send(0);
  await runtime.costs(1);
  await new Promise((next) => setTimeout(next, 50));
  await runtime.costs(0);
  await kind.send(1);
  const [cost, ...more] = await runtime.costs(1);
  if (cost?.event !== "operation" || more.length > 0) throw new Error(`${kind.name} was not measured`);
  return cost.rowsRead;
}
