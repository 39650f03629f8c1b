import { rowReading, subsetOf, type RowReading } from "./index-row.ts";

const maxLineLength = 256 << 10;

/**
 * One line of an answer of the index server with `output=json`, or of a CDXJ file (`key timestamp {json}`). Numbers may
 * be strings, as the server writes them. Never throws. Source: pywb's CDX server API, and cc-index files.
 */
export function cdxRowOf(line: string, crawl: string): RowReading {
  if (line.length > maxLineLength) return { ok: false, why: `a line of ${line.length} characters` };
  const brace = line.indexOf("{");
  if (brace < 0) return { ok: false, why: `no JSON in ${JSON.stringify(line.slice(0, 80))}` };
  const [key = "", stamp = ""] = line.slice(0, brace).trim().split(" ");
  const fields = objectOf(line.slice(brace));
  if (fields === null) return { ok: false, why: `not one JSON object: ${JSON.stringify(line.slice(0, 80))}` };
  const text = (name: string): string | null => {
    const value = fields[name];
    if (typeof value === "number") return String(value);
    return typeof value === "string" && value !== "" && value !== "-" ? value : null;
  };
  const whole = (name: string): number => (/^\d{1,15}$/.test(text(name) ?? "") ? Number(text(name)) : Number.NaN);
  const filename = text("filename") ?? "";
  return rowReading({
    url: text("url") ?? "",
    surt: text("urlkey") ?? key,
    fetchedAt: timeOf(text("timestamp") ?? stamp),
    status: numberOrNull(whole("status")),
    digest: text("digest")?.replace(/^sha1:/i, "") ?? null,
    mime: text("mime"),
    mimeDetected: text("mime-detected"),
    charset: text("charset") ?? text("encoding"),
    languages: text("languages"),
    truncated: text("truncated"),
    filename,
    offset: whole("offset"),
    length: whole("length"),
    crawl,
    subset: subsetOf(filename),
  });
}

function objectOf(json: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** `20250905112101` to `2025-09-05T11:21:01Z`; any other text is left as it is and refused later. */
function timeOf(stamp: string): string {
  return stamp.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, "$1-$2-$3T$4:$5:$6Z");
}
