import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { senderSecrets, testSecrets } from "./secrets.ts";
import { BINDING, exampleWorker, TRIGGERS } from "./triggers/attach.ts";

const root = new URL("..", import.meta.url).pathname;

export default defineConfig({
  root,
  test: {
    maxWorkers: 2,
    silent: "passed-only",
    projects: [
      {
        root,
        plugins: [
          cloudflareTest(async () => ({
            wrangler: { configPath: `${root}wrangler.toml` },
            miniflare: {
              bindings: {
                ...testSecrets(),
                ...senderSecrets(),
                TRIGGERS,
                TEST_MIGRATIONS: await readD1Migrations(`${root}migrations`),
              },
              serviceBindings: { [BINDING]: exampleWorker().name },
              workers: [exampleWorker()],
            },
          })),
        ],
        test: {
          name: "worker",
          include: ["test/**/*.test.ts"],
          exclude: ["test/interop/**", "test/command/**", "test/structure/**"],
          setupFiles: ["test/setup.ts"],
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        root,
        test: {
          name: "node",
          include: ["test/interop/**/*.test.ts", "test/command/**/*.test.ts", "test/structure/**/*.test.ts"],
          environment: "node",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
