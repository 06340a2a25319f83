declare namespace Cloudflare {
  interface Env {
    TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
    EXAMPLE_TRIGGERS: Fetcher;
    TEST_SENDER_KEY: string;
  }
  interface GlobalProps {
    mainModule: typeof import("../src/worker.ts");
  }
}
