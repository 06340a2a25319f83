const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const FORM = new RegExp(
  `^(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat) (${MONTHS.join("|")}) (\\d{1,2}) (\\d{2}):(\\d{2}):(\\d{2}) UTC (\\d{4})$`,
);

/**
 * Reads the TIMESTAMP of an SRP answer, `EEE MMM d HH:mm:ss UTC yyyy` with English names, such as
 * `Tue Mar 3 04:05:06 UTC 2026`; a day below ten may carry a zero. Which weekday it names is not compared with the date.
 * @returns milliseconds since 1970, or null for another form and for a moment that no calendar has.
 */
export function parseTimestamp(text: string): number | null {
  const match = FORM.exec(text);
  if (!match) return null;
  const [day, hour, minute, second, year] = match.slice(2).map(Number) as [number, number, number, number, number];
  const month = MONTHS.indexOf(match[1] as string);
  const moment = new Date(Date.UTC(year, month, day, hour, minute, second));
  const exists = moment.getUTCMonth() === month && moment.getUTCDate() === day && moment.getUTCHours() === hour;
  return exists && minute < 60 && second < 60 ? moment.getTime() : null;
}

/** Whether a TIMESTAMP is readable and not further than the tolerance from now, either way. All in milliseconds. */
export function timestampWithin(timestamp: string, now: number, tolerance: number): boolean {
  const moment = parseTimestamp(timestamp);
  return moment !== null && Math.abs(now - moment) <= tolerance;
}
