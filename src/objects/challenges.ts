import { DurableObject } from "cloudflare:workers";

const SWEEP_EVERY = 60_000;
/** Milliseconds that a mark outlives its challenge: this object's clock may run ahead of the worker's that judges expiry. */
const KEPT = 60_000;

/**
 * Remembers which challenges were answered, many per object, so that each is answered once. It only remembers: what a
 * challenge is and how often it may be tried is the flow's business.
 */
export class Challenges extends DurableObject {
  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    state.storage.sql.exec("create table if not exists spent (id text primary key, expires_at integer not null)");
    state.storage.sql.exec("create index if not exists spent_by_expiry on spent (expires_at)");
  }

  /**
   * Marks a challenge as answered.
   * @param expiresAt milliseconds since 1970 until which it could be answered again, were it not for the mark
   * @returns true for exactly one caller
   */
  async spend(id: string, expiresAt: number): Promise<boolean> {
    const taken = this.ctx.storage.sql.exec(
      "insert into spent (id, expires_at) values (?, ?) on conflict do nothing returning id",
      id,
      expiresAt,
    );
    const first = [...taken].length === 1;
    if (first && (await this.ctx.storage.getAlarm()) === null)
      await this.ctx.storage.setAlarm(Date.now() + SWEEP_EVERY);
    return first;
  }

  /** Takes a mark back, where the answer was not judged and may come again. */
  async giveBack(id: string): Promise<void> {
    this.ctx.storage.sql.exec("delete from spent where id = ?", id);
  }

  override async alarm(): Promise<void> {
    this.ctx.storage.sql.exec("delete from spent where expires_at < ?", Date.now() - KEPT);
    const [left] = this.ctx.storage.sql.exec("select 1 from spent limit 1");
    if (left) await this.ctx.storage.setAlarm(Date.now() + SWEEP_EVERY);
  }
}
