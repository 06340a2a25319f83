import type { Challenges } from "./objects/challenges.ts";
import type { Requests } from "./objects/requests.ts";
import { type Database, openDatabase } from "./directory/database.ts";
import { Keyring } from "./lib/keyring.ts";
import { type Log, makeLog } from "./lib/log.ts";
import { Meter, metered } from "./lib/meter.ts";

/** Settings of the deployment, every default filled in. */
export interface Settings {
  region: string;
  accountId: string;
  development: boolean;
  /** Origin of the issuer, where it is not that of each request. */
  origin: string | undefined;
  /** What prefix domains end with, in lower case and without a dot before it; undefined where they have no hosts. */
  domainSuffix: string | undefined;
  /** Private JWK sets, as text; read by mechanisms/tokens. */
  signingKeys: string[];
  /** JSON list of access keys, as text; read by mechanisms/callers. */
  adminKeys: string | undefined;
  /** JSON of the keys that codes for custom senders are encrypted under, as text; read by mechanisms/messages. */
  senderKeys: string | undefined;
  /** JSON of how the functions of triggers are reached, as text; read by mechanisms/triggers. */
  triggers: string | undefined;
  /** The CAPTCHA of the pages; undefined where they have none. The origin is without a slash at the end. */
  turnstile: { siteKey: string; secret: string; origin: string } | undefined;
}

/** What one request carries inward. */
export interface Call {
  db: Database;
  settings: Settings;
  keyring: Keyring;
  /** Milliseconds since 1970 at arrival: one request sees one time. */
  now: number;
  requestId: string;
  /** Scheme and host of issuers and links, without a slash at the end. */
  origin: string;
  /** Address and user agent of whoever called. */
  from: { ip: string | undefined; userAgent: string | undefined };
  log: Log;
  meter: Meter;
  /** Work that may end after the answer. */
  waitUntil: (work: Promise<unknown>) => void;
  /** Another worker, by the name of its binding; undefined where there is none of that name. */
  service: (binding: string) => Fetcher | undefined;
  /** The object that remembers a shard of the challenges. */
  challenges: (shard: string) => DurableObjectStub<Challenges>;
  /** The object that remembers a shard of the requests that wait for a person. */
  requests: (shard: string) => DurableObjectStub<Requests>;
  /** A shard near the caller for a new challenge or request. */
  newShard: () => string;
}

const SHARDS_PER_CONTINENT = 16;

/** As Cloudflare calls them (Workers: IncomingRequestCfProperties), and what stands for none. */
const CONTINENTS = ["AF", "AN", "AS", "EU", "NA", "OC", "SA", "local"];

const SHARDS: ReadonlySet<string> = new Set(
  CONTINENTS.flatMap((continent) => Array.from({ length: SHARDS_PER_CONTINENT }, (_, at) => `${continent}-${at}`)),
);

/** Whether a name is one that `newShard` gives. To ask an object by any other would make it, and leave it there for good. */
export const isShard = (name: string): boolean => SHARDS.has(name);

const opened = new WeakMap<Cloudflare.Env, { settings: Settings; keyring: Promise<Keyring> }>();

function settled(env: Cloudflare.Env) {
  let known = opened.get(env);
  if (!known) {
    const settings: Settings = {
      region: env.REGION ?? "us-east-1",
      accountId: env.ACCOUNT_ID ?? "000000000000",
      development: env.ENVIRONMENT === "development",
      origin: env.ORIGIN,
      domainSuffix: env.DOMAIN_SUFFIX?.toLowerCase().replace(/^\./, "") || undefined,
      signingKeys: [env.SIGNING_KEYS, env.SIGNING_KEYS_2, env.SIGNING_KEYS_3].filter((each) => each !== undefined),
      adminKeys: env.ADMIN_KEYS,
      senderKeys: env.SENDER_KEYS,
      triggers: env.TRIGGERS,
      turnstile: turnstileOf(env),
    };
    known = { settings, keyring: Keyring.open(env.MASTER_KEY) };
    opened.set(env, known);
  }
  return known;
}

function turnstileOf(env: Cloudflare.Env): Settings["turnstile"] {
  const { TURNSTILE_SITE_KEY: siteKey, TURNSTILE_SECRET: secret, TURNSTILE_ORIGIN: origin } = env;
  if (!siteKey || !secret) return undefined;
  return { siteKey, secret, origin: new URL(origin ?? "https://challenges.cloudflare.com").origin };
}

/** Settings of the deployment, also where its keys cannot be used. The same object each time. */
export const settingsOf = (env: Cloudflare.Env): Settings => settled(env).settings;

function serviceOf(env: Cloudflare.Env, binding: string): Fetcher | undefined {
  const bound = Object.hasOwn(env, binding) ? (env as unknown as Record<string, unknown>)[binding] : undefined;
  return typeof (bound as Partial<Fetcher> | undefined)?.fetch === "function" ? (bound as Fetcher) : undefined;
}

/** Opens the call of one request. @throws Error when MASTER_KEY is missing or malformed. */
export async function openCall(
  request: Request,
  env: Cloudflare.Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
): Promise<Call> {
  const { settings, keyring } = settled(env);
  const meter = new Meter();
  const requestId = crypto.randomUUID();
  const continent = CONTINENTS.find((each) => each === request.cf?.continent) ?? "local";
  return {
    db: openDatabase(metered(env.DB, meter)),
    settings,
    keyring: await keyring,
    now: Date.now(),
    requestId,
    origin: settings.origin ?? new URL(request.url).origin,
    from: {
      ip: request.headers.get("cf-connecting-ip") ?? undefined,
      userAgent: request.headers.get("user-agent") ?? undefined,
    },
    log: makeLog({ requestId }),
    meter,
    waitUntil: (work) => ctx.waitUntil(work),
    service: (binding) => serviceOf(env, binding),
    challenges: (shard) => env.CHALLENGES.getByName(shard),
    requests: (shard) => env.REQUESTS.getByName(shard),
    newShard: () => `${continent}-${(crypto.getRandomValues(new Uint8Array(1))[0] as number) % SHARDS_PER_CONTINENT}`,
  };
}
