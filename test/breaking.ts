import { Meter } from "../src/lib/meter.ts";

/** What must never be told to a caller. */
export const SECRET = "what the platform says of its insides";

/** `before`: nothing reaches the database. `after`: the database does its work, and the answer is lost on the way. */
export type Moment = "before" | "after";

/** Fails at one round trip, counted from 1. */
export class Breaking extends Meter {
  readonly #at: number;
  readonly #moment: Moment;
  #trips = 0;

  constructor(at: number, moment: Moment) {
    super();
    this.#at = at;
    this.#moment = moment;
  }

  /** Whether it came to that trip. */
  get broke(): boolean {
    return this.#trips >= this.#at;
  }

  override async trip<T>(work: () => Promise<T>): Promise<T> {
    const breaks = ++this.#trips === this.#at;
    if (breaks && this.#moment === "before") throw new Error(`D1_ERROR: ${SECRET}`);
    const result = await work();
    if (breaks) throw new Error(`D1_ERROR: ${SECRET}`);
    return result;
  }
}
