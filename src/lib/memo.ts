/**
 * A small cache with a lifetime, for settings that change seldom. Oldest entries leave first when it is full.
 * Lost on eviction of the isolate, which is harmless: it only ever saves a read.
 */
export class Memo<T> {
  readonly #entries = new Map<string, { value: T; until: number }>();
  readonly #lifetime: number;
  readonly #most: number;

  /** @param lifetime milliseconds that a value is served without asking again. @param most entries kept. */
  constructor(lifetime: number, most: number) {
    this.#lifetime = lifetime;
    this.#most = most;
  }

  get(key: string, now: number): T | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.until > now ? entry.value : undefined;
  }

  set(key: string, value: T, now: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: now + this.#lifetime });
    if (this.#entries.size > this.#most) this.#entries.delete(this.#entries.keys().next().value as string);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
