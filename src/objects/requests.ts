import { DurableObject } from "cloudflare:workers";

const SWEEP_EVERY = 60_000;
/** Milliseconds that a row outlives its request: a late caller then learns that it is over, rather than that it never was. */
const KEPT = 10 * 60_000;

/** A request as it stands. */
export interface WaitingRequest {
  /** As it was remembered. */
  content: string;
  /** What was decided, or null while it waits. */
  outcome: string | null;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/**
 * Remembers requests that wait for a person, many per object: pushed authorization requests (RFC 9126) and those of devices
 * (RFC 8628). It only remembers; what a request asks for, and whether it has expired, is the flow's business.
 */
export class Requests extends DurableObject {
  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    state.storage.sql.exec(
      "create table if not exists requests (id text primary key, content text not null, outcome text, polled_at integer not null default 0, expires_at integer not null)",
    );
    state.storage.sql.exec("create index if not exists requests_by_expiry on requests (expires_at)");
  }

  /** @param expiresAt milliseconds since 1970. @returns false when the id is in use */
  async remember(id: string, content: string, expiresAt: number): Promise<boolean> {
    const taken = this.ctx.storage.sql.exec(
      "insert into requests (id, content, expires_at) values (?, ?, ?) on conflict do nothing returning id",
      id,
      content,
      expiresAt,
    );
    const first = [...taken].length === 1;
    if (first && (await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(Date.now() + SWEEP_EVERY);
    }
    return first;
  }

  /** The request with this id, or null. */
  async find(id: string): Promise<WaitingRequest | null> {
    const [found] = this.ctx.storage.sql.exec<{ content: string; outcome: string | null; expires_at: number }>(
      "select content, outcome, expires_at from requests where id = ?",
      id,
    );
    return found ? { content: found.content, outcome: found.outcome, expiresAt: found.expires_at } : null;
  }

  /**
   * As `find`, for a person's browser. A request that is opened in time lives on until `until`, once.
   * @param now milliseconds since 1970, as is `until`
   */
  async open(id: string, now: number, until: number): Promise<WaitingRequest | null> {
    this.ctx.storage.sql.exec(
      "update requests set polled_at = ?, expires_at = max(expires_at, ?) where id = ? and polled_at = 0 and expires_at > ?",
      now,
      until,
      id,
      now,
    );
    return this.find(id);
  }

  /** Decides a request. @returns true for exactly one caller */
  async decide(id: string, outcome: string): Promise<boolean> {
    const decided = this.ctx.storage.sql.exec(
      "update requests set outcome = ? where id = ? and outcome is null returning id",
      outcome,
      id,
    );
    return [...decided].length === 1;
  }

  /**
   * As `find`, for whoever asks again and again.
   * @param now milliseconds since 1970. @param interval milliseconds that must pass between two questions
   * @returns also whether this one came too soon
   */
  async poll(id: string, now: number, interval: number): Promise<(WaitingRequest & { tooSoon: boolean }) | null> {
    const found = await this.find(id);
    if (!found) return null;
    const [before] = this.ctx.storage.sql.exec<{ polled_at: number }>(
      "select polled_at from requests where id = ?",
      id,
    );
    this.ctx.storage.sql.exec("update requests set polled_at = ? where id = ?", now, id);
    return { ...found, tooSoon: now - (before?.polled_at ?? 0) < interval };
  }

  override async alarm(): Promise<void> {
    this.ctx.storage.sql.exec("delete from requests where expires_at < ?", Date.now() - KEPT);
    const [left] = this.ctx.storage.sql.exec("select 1 from requests limit 1");
    if (left) await this.ctx.storage.setAlarm(Date.now() + SWEEP_EVERY);
  }
}
