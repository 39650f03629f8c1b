/** A W3C date and time, from a year alone down to nanoseconds, in UTC. Source: ISO 28500:2017, 5.4. */
const exact = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z)?)?)?$/;
const digitsOnly = /^(\d{4})(\d\d)(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d{1,3})?$/;

/** True for a date in the form that WARC asks for, and that exists. */
export function wellFormedDate(text: string): boolean {
  const upper = text.toUpperCase();
  return exact.test(upper) && dateMsOf(upper) !== null;
}

/**
 * Milliseconds since 1970-01-01 UTC of a WARC or ARC date, `null` when it is none. Reads more than it should be given:
 * 14 digits, offsets from UTC, a missing `Z`.
 */
export function dateMsOf(text: string): number | null {
  const digits = digitsOnly.exec(text);
  if (digits !== null && text.length >= 8) {
    const [, year = "", month = "01", day = "01", hour = "00", minute = "00", second = "00", ms = "0"] = digits;
    return msOf(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms.padEnd(3, "0")}Z`);
  }
  const parts =
    /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)?)?)?)?$/i.exec(text);
  if (parts === null) return null;
  const [, year, month = "01", day = "01", hour = "00", minute = "00", second = "00", fraction = "", zone = "Z"] =
    parts;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  return msOf(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, "0")}${offset}`);
}

function msOf(iso: string): number | null {
  const ms = Date.parse(iso);
  // Date.parse lets 31 February roll over into March.
  const rolled = !Number.isNaN(ms) && iso.endsWith("Z") && new Date(ms).toISOString().slice(8, 10) !== iso.slice(8, 10);
  return Number.isNaN(ms) || rolled ? null : ms;
}
