import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { testSecrets } from "../secrets.ts";
import { BINDING, exampleWorker, TRIGGERS } from "../triggers/attach.ts";
import { root } from "./build.ts";
import { cpuTime, findWorkerd } from "./cpu.ts";

process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";

/** What the pools of the benchmark name for their triggers: the example worker, beside the worker. */
export const TRIGGER = "arn:aws:lambda:us-east-1:000000000000:function:example-bench";

/** What an operation cost, as the worker's own log says. */
export interface Cost {
  event: string;
  operation?: string;
  hops: number;
  rowsRead: number;
  rowsWritten: number;
}

/** A built worker on a socket of its own. */
export interface Runtime {
  /** Straight to the worker: what stands before it in miniflare would cost more than most operations. */
  url: string;
  db: () => Promise<D1Database>;
  /** Milliseconds of CPU so far; NaN where that cannot be told. */
  cpu: () => number;
  /** Costs logged since the last time this was asked, once there are as many as expected. */
  costs: (expected: number) => Promise<Cost[]>;
  stop: () => Promise<void>;
}

/** Starts a worker from the folder that `build` filled. @param stateful with the project's database, objects and secrets */
export async function start(folder: string, { stateful }: { stateful: boolean }): Promise<Runtime> {
  const modules = readdirSync(folder)
    .filter((file) => /\.(js|wasm)$/.test(file))
    .sort((a, b) => Number(b.endsWith(".js")) - Number(a.endsWith(".js")))
    .map((path) =>
      path.endsWith(".js")
        ? { type: "ESModule" as const, path, contents: readFileSync(join(folder, path), "utf8") }
        : { type: "CompiledWasm" as const, path, contents: readFileSync(join(folder, path)) },
    );
  let logged: Cost[] = [];
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port: 0,
      handleStructuredLogs: ({ message }) => {
        const cost = parse(message);
        if (cost) logged.push(cost);
      },
      workers: [
        {
          name: "bench",
          modules,
          compatibilityDate: "2026-10-15",
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
          ...(stateful && {
            bindings: { REGION: "us-east-1", ACCOUNT_ID: "000000000000", ...testSecrets(), TRIGGERS },
            serviceBindings: { [BINDING]: exampleWorker().name },
            d1Databases: { DB: "bench" },
            durableObjects: {
              CHALLENGES: { className: "Challenges", useSQLite: true },
              REQUESTS: { className: "Requests", useSQLite: true },
            },
          }),
        },
        ...(stateful ? [{ ...exampleWorker(), compatibilityDate: "2026-10-15" }] : []),
      ],
    }),
  );
  await miniflare.ready;
  const pid = findWorkerd();
  const db = () => miniflare.getD1Database("DB") as unknown as Promise<D1Database>;
  if (stateful) await migrate(await db());
  return {
    url: (await miniflare.unsafeGetDirectURL("bench")).origin,
    db,
    cpu: () => (pid === undefined ? Number.NaN : cpuTime(pid)),
    costs: async (expected) => {
      for (let tries = 0; tries < 100 && logged.length < expected; tries++)
        await new Promise((next) => setTimeout(next, 10));
      const costs = logged;
      logged = [];
      return costs;
    },
    stop: () => miniflare.dispose(),
  };
}

function parse(message: string): Cost | undefined {
  try {
    const line = JSON.parse(message);
    return ["operation", "refused", "failed"].includes(line.event) ? line : undefined;
  } catch {
    return undefined;
  }
}

async function migrate(db: D1Database): Promise<void> {
  const folder = join(root, "migrations");
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort()) {
    const statements = readFileSync(join(folder, file), "utf8").split("--> statement-breakpoint");
    await db.batch(statements.map((sql) => db.prepare(sql.trim())));
  }
}
