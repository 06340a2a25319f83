/** What the platform hands to the worker: bindings of wrangler.toml, variables and secrets. Read only in call.ts and worker.ts. */
declare namespace Cloudflare {
  interface Env {
    DB: D1Database;
    CHALLENGES: DurableObjectNamespace<import("./objects/challenges.ts").Challenges>;
    REQUESTS: DurableObjectNamespace<import("./objects/requests.ts").Requests>;
    /** Region named in pool ids and ARNs. */
    REGION: string;
    /** Account number named in ARNs. */
    ACCOUNT_ID: string;
    /** Set to "development" by `npm run dev`: shows the outbox. */
    ENVIRONMENT?: string;
    /** Origin of the issuer, such as https://login.example.com; without it, that of the request. */
    ORIGIN?: string;
    /** What the hosts of prefix domains end with, such as auth.example.com; without it, they have none. */
    DOMAIN_SUFFIX?: string;
    /** Comma-separated base64 keys of 32 bytes, newest first. */
    MASTER_KEY?: string;
    /** Private JWK set; continued in the numbered ones where it outgrows one secret. */
    SIGNING_KEYS?: string;
    SIGNING_KEYS_2?: string;
    SIGNING_KEYS_3?: string;
    /** JSON list of administrators' access keys. */
    ADMIN_KEYS?: string;
    /** JSON object by ARN of KMSKeyID: the public keys of custom senders. */
    SENDER_KEYS?: string;
    /** JSON of how the functions of triggers are reached, by their ARNs. */
    TRIGGERS?: string;
    /** Key of a Turnstile widget, which stands in the pages, and its secret. Only both together have an effect. */
    TURNSTILE_SITE_KEY?: string;
    TURNSTILE_SECRET?: string;
    /** Where Turnstile is, if not at https://challenges.cloudflare.com. */
    TURNSTILE_ORIGIN?: string;
  }
}
