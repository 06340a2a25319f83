/**
 * Counts what a request costs in storage: sequential round trips (hops) and rows. Trips that are under way together
 * count once, since latency at the edge is a matter of how many must follow one another.
 */
export class Meter {
  hops = 0;
  rowsRead = 0;
  rowsWritten = 0;
  #underWay = 0;

  /** Runs one round trip. */
  async trip<T>(work: () => Promise<T>): Promise<T> {
    if (this.#underWay++ === 0) this.hops++;
    try {
      return await work();
    } finally {
      this.#underWay--;
    }
  }

  count(results: D1Result<unknown> | D1Result<unknown>[]): void {
    for (const { meta } of Array.isArray(results) ? results : [results]) {
      this.rowsRead += meta.rows_read;
      this.rowsWritten += meta.rows_written;
    }
  }
}

const inner = new WeakMap<object, D1PreparedStatement>();

/** A D1 database whose every round trip goes through the meter. `raw` and `first` tell no row counts. */
export function metered(db: D1Database, meter: Meter): D1Database {
  const statement = (raw: D1PreparedStatement): D1PreparedStatement => {
    const counted = async (work: () => Promise<D1Result<unknown>>) => {
      const result = await meter.trip(work);
      meter.count(result);
      return result;
    };
    const wrapped = {
      bind: (...values: unknown[]) => statement(raw.bind(...values)),
      first: (...args: [string]) => meter.trip(() => raw.first(...args)),
      raw: (...args: [{ columnNames: true }]) => meter.trip(() => raw.raw(...args)),
      all: () => counted(() => raw.all()),
      run: () => counted(() => raw.run()),
    } as unknown as D1PreparedStatement;
    inner.set(wrapped, raw);
    return wrapped;
  };
  return {
    prepare: (sql: string) => statement(db.prepare(sql)),
    batch: async (statements: D1PreparedStatement[]) => {
      const results = await meter.trip(() => db.batch(statements.map((each) => inner.get(each) ?? each)));
      meter.count(results);
      return results;
    },
  } as unknown as D1Database;
}
