import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { createTestHarness, experimental_readRawConfig } from "wrangler";
import { testSecrets } from "../secrets.ts";

// Tests need nothing from outside, and tell nothing to it.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
process.env.WRANGLER_SEND_METRICS = "false";

const root = new URL("../..", import.meta.url).pathname;

/** The built worker behind real HTTP, with fresh storage. */
export interface Server {
  /** Such as `http://127.0.0.1:34567`. */
  origin: string;
  /** Asks the worker for an address at any host. The scheme that it sees is what it was started for. */
  ask(url: URL, init: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/**
 * Starts the worker on a free port.
 * @param vars beside those of wrangler.toml
 * @param secure whether the worker is to see HTTPS, as behind Cloudflare; `tls.ts` gives it an address
 */
export async function startServer(vars: Record<string, string> = {}, { secure = false } = {}): Promise<Server> {
  const configPath = `${root}wrangler.toml`;
  const worker = secure ? { config: behindTls(configPath, vars) } : { configPath, secrets: testSecrets(), vars };
  const harness = createTestHarness({ root, workers: [worker] });
  const { url } = await harness.listen();
  await harness.getWorker().applyD1Migrations("DB");
  return {
    origin: url.origin,
    ask: async (address, init) => (await harness.fetch(address.href, init as never)) as unknown as Response,
    close: () => harness.close(),
  };
}

/** The configuration of a worker that is asked by HTTPS. The harness takes it only whole, and with secrets among the vars. */
function behindTls(
  configPath: string,
  vars: Record<string, string>,
): ReturnType<typeof experimental_readRawConfig>["rawConfig"] {
  const { rawConfig } = experimental_readRawConfig({ config: configPath });
  return {
    ...rawConfig,
    dev: { ...rawConfig.dev, upstream_protocol: "https" },
    vars: { ...rawConfig.vars, ...testSecrets(), ...vars },
  };
}

/** An administrator's SDK client, as shipped but for its endpoint. */
export const sdkFor = (endpoint: string): CognitoIdentityProviderClient =>
  new CognitoIdentityProviderClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });

/** A message that would have been sent, as the development outbox shows it to programs. */
export interface Message {
  id: number;
  channel: "email" | "sms";
  to: string;
  subject: string | null;
  body: string;
  sentAt: string | number;
}

/** Messages to someone, oldest first. */
export async function outbox(origin: string, to: string): Promise<Message[]> {
  const response = await fetch(`${origin}/dev/outbox?to=${encodeURIComponent(to)}`);
  if (!response.ok) throw new Error(`outbox: ${response.status} ${await response.text()}`);
  return (await response.json()) as Message[];
}

/** The code in the newest message to someone. */
export async function codeSentTo(origin: string, to: string): Promise<string> {
  const code = (await outbox(origin, to)).at(-1)?.body.match(/\b\d{6,8}\b/)?.[0];
  if (!code) throw new Error(`no code was sent to ${to}`);
  return code;
}
