/** A W3C date and time, from a year alone down to nanoseconds, in UTC. Source: ISO 28500:2017, 5.4. */
const exact = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?)?)?$/i;
const spaced = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/i;
const digitsOnly = /^(\d{4})(\d\d)(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d{1,4})?$/;

/** True for a date in the form that WARC asks for, and that exists. */
export function wellFormedDate(text: string): boolean {
  return exact.test(text) && dateMsOf(text) !== null;
}

/**
 * Milliseconds since 1970-01-01 UTC of a WARC or ARC date, `null` when it is none. Accepts more than the standard
 * allows: 14 digits, offsets from UTC, a missing `Z`.
 */
export function dateMsOf(text: string): number | null {
  const parts = text.length > 4 ? (spaced.exec(text) ?? digitsOnly.exec(text)) : spaced.exec(text);
  if (parts === null) return null;
  const [, year = "", month = "1", day = "1", hour = "0", minute = "0", second = "0", fraction = "", zone = ""] = parts;
  const ms = Date.UTC(
    +year,
    +month - 1,
    +day,
    +hour,
    +minute,
    Math.min(+second, 59),
    +fraction.slice(0, 3).padEnd(3, "0"),
  );
  // Date.UTC lets 31 February roll over into March; second 60 is a leap second.
  const exists =
    +month >= 1 && +month <= 12 && new Date(ms).getUTCDate() === +day && +hour < 24 && +minute < 60 && +second <= 60;
  return exists && +year >= 1000 ? ms - offsetMs(zone) : null;
}

/** Of `+hh:mm` or `+hhmm`; 0 for `Z` and for none. */
function offsetMs(zone: string): number {
  const parts = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (parts === null) return 0;
  const [, sign = "", hours = "", minutes = ""] = parts;
  return (sign === "-" ? -1 : 1) * (+hours * 60 + +minutes) * 60_000;
}
