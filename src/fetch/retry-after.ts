const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** `Sun, 06 Nov 1994 08:49:37 GMT`, and with two digits of the year and dashes as RFC 850 wrote it. */
const dayFirst = /^[a-z]{3,9}, (\d{2})[ -]([a-z]{3})[ -](\d{4}|\d{2}) (\d{2}):(\d{2}):(\d{2}) GMT$/i;
/** `Sun Nov  6 08:49:37 1994`, as C's asctime writes it. */
const monthFirst = /^[a-z]{3} ([a-z]{3}) ([ \d]\d) (\d{2}):(\d{2}):(\d{2}) (\d{4})$/i;

/**
 * Milliseconds that a `Retry-After` asks to wait, never negative; `null` when it cannot be read. A date is counted from
 * the server's own `Date` where there is one: its clock need not agree with ours. Source: RFC 9110, 10.2.3.
 */
export function retryAfterMs(value: string, nowMs: number, serverDate: string | null = null): number | null {
  const text = value.trim();
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1000;
  const untilMs = httpDateMs(text, nowMs);
  if (untilMs === null) return null;
  const fromMs = serverDate === null ? null : httpDateMs(serverDate.trim(), nowMs);
  return Math.max(0, untilMs - (fromMs ?? nowMs));
}

/** The three forms of RFC 9110 (5.6.7); a two-digit year is the one nearest to now, at most 50 years ahead. */
function httpDateMs(text: string, nowMs: number): number | null {
  const first = dayFirst.exec(text);
  if (first !== null) {
    const [, day = "", month = "", year = "", ...time] = first;
    return instantMs(year.length === 2 ? fullYear(Number(year), nowMs) : Number(year), month, Number(day), time);
  }
  const [, month = "", day = "", hours = "", minutes = "", seconds = "", year = ""] = monthFirst.exec(text) ?? [];
  return month === "" ? null : instantMs(Number(year), month, Number(day), [hours, minutes, seconds]);
}

function instantMs(year: number, month: string, day: number, time: readonly string[]): number | null {
  const monthIndex = months.indexOf(month.toLowerCase());
  const [hours = 0, minutes = 0, seconds = 0] = time.map(Number);
  if (monthIndex < 0 || day < 1 || day > 31 || hours > 23 || minutes > 59 || seconds > 60) return null;
  return Date.UTC(year, monthIndex, day, hours, minutes, seconds);
}

function fullYear(twoDigits: number, nowMs: number): number {
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + 50 ? year - 100 : year;
}
