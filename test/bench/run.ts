// `npm run bench`: what operations cost, as deployed but for the machine. Flags: `--users 1000,100000` (sizes of the pools
// whose rows are counted; `--users 0` leaves that out), `--times 60` (how often the dearest request is sent).
import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { testSecrets } from "../secrets.ts";
import { build } from "./build.ts";
import { factorKinds } from "./factors.ts";
import { kindsOf, PASSWORD, settle } from "./kinds.ts";
import { type Measured, measure } from "./load.ts";
import { type Runtime, start, TRIGGER } from "./runtime.ts";
import { scale } from "./scale.ts";
import { print } from "./table.ts";
import { webKinds } from "./web.ts";

const { values: flags } = parseArgs({
  options: { users: { type: "string", default: "1000,100000" }, times: { type: "string", default: "60" } },
});
const sizes = flags.users
  .split(",")
  .map(Number)
  .filter((size) => size > 0);
const times = Number(flags.times);
if (!Number.isInteger(times) || times < 1 || sizes.some((size) => !Number.isInteger(size))) {
  throw new Error("--times is a number, --users a list of numbers");
}

/** Builds and starts a worker for as long as the work takes. */
async function within<T>(entry: string | undefined, work: (runtime: Runtime) => Promise<T>): Promise<T> {
  const folder = await build(entry);
  const runtime = await start(folder, { stateful: entry === undefined });
  try {
    return await work(runtime);
  } finally {
    await runtime.stop();
    rmSync(dirname(folder), { recursive: true });
  }
}

/** Milliseconds of CPU of each kind of arithmetic, once. */
async function arithmetic({ url, cpu }: Runtime): Promise<[string, number][]> {
  const keys = testSecrets().SIGNING_KEYS as string;
  const spend = async (work: string, often: number) => {
    const before = cpu();
    const response = await fetch(`${url}/${often}/${encodeURIComponent(work)}`, { method: "POST", body: keys });
    if (!response.ok) throw new Error(`${work}: ${await response.text()}`);
    return cpu() - before;
  };
  const kinds = (await (await fetch(url)).json()) as string[];
  const costs: [string, number][] = [];
  for (const work of kinds) {
    await spend(work, 20);
    // The difference leaves out what preparing and the request itself cost.
    costs.push([work, ((await spend(work, 120)) - (await spend(work, 20))) / 100]);
  }
  return costs;
}

const row = ({ name, alone, together, cpu, arithmetic: floor, hops, rowsRead, rowsWritten }: Measured) => [
  name,
  alone,
  together,
  cpu,
  floor,
  hops,
  rowsRead,
  rowsWritten,
];

const costs = await within(new URL("crypto.ts", import.meta.url).pathname, arithmetic);
print("The bare arithmetic, in workerd", ["once", "CPU ms"], costs);

let constant = true;
await within(undefined, async (runtime) => {
  const measured: Measured[] = [];
  const town = await settle(runtime.url);
  const person = { UserPoolId: town.UserPoolId, name: town.names[0] as string, password: PASSWORD };
  const kinds = [
    ...kindsOf(runtime.url, town, times),
    ...(await webKinds(runtime.url, person, times)),
    ...(await factorKinds(runtime.url, TRIGGER, times)),
  ];
  for (const kind of kinds) {
    measured.push(await measure(runtime, kind, new Map(costs)));
  }
  const heads = [
    "request",
    "per s, 1 at once",
    "per s, 8 at once",
    "CPU ms",
    "of it arithmetic",
    "hops",
    "rows read",
    "rows written",
  ];
  print("The worker, in one process of workerd with D1 and Durable Objects beside it", heads, measured.map(row));
  if (sizes.length === 0) return;
  const counted = await scale(runtime, sizes);
  const rows = [...counted.rows].map(([name, counts]) => [name, ...counts]);
  print("Rows read in a pool of …", ["users", ...sizes.map((size) => size.toLocaleString("en"))], rows);
  ({ constant } = counted);
});
if (!constant) {
  console.error("\nRows read grow with the number of users.");
  process.exitCode = 1;
}
