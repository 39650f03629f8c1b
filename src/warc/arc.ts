import type { RecordHead } from "./record.ts";

/** Longest URL-record line that is read, in bytes. */
const maxLineBytes = 16 << 10;

// URL, IP, date, type, then for version 2 result, checksum, location, offset and file name, then length. URLs written
// by old crawlers contain spaces, so the line is read from its right end.
const versionOne = /^([a-z][a-z0-9+.-]*:.*) ([0-9a-f.:]{1,45}|-) (\d{8,18}|null|-) (\S+) (\d{1,15})$/i;
const versionTwo =
  /^([a-z][a-z0-9+.-]*:.*) ([0-9a-f.:]{1,45}|-) (\d{8,18}|null|-) (\S+) (\S+) (\S+) (\S+) (\d+) (\S+) (\d{1,15})$/i;

/** The ARC head at the start of these bytes, or `null`. Source: ARC File Format reference, Burner and Kahle 1996. */
export function arcHeadAt(bytes: Buffer): RecordHead | null {
  const line = arcLineIn(bytes);
  if (line === null) return null;
  const [, url = "", ip = "", date = "", type = ""] = line.parts;
  return {
    format: `ARC/${line.version}`,
    fields: [
      ["URL", url],
      ["IP-address", ip],
      ["Archive-date", date],
      ["Content-type", type],
      ["Archive-length", line.parts.at(-1) ?? ""],
    ],
    headBytes: line.lineBytes,
    blockBytes: Number(line.parts.at(-1)),
    problems: [],
  };
}

/** The URL-record line at the start of these bytes, or `null` when there is none. */
export function arcLineIn(bytes: Buffer): { version: 1 | 2; parts: readonly string[]; lineBytes: number } | null {
  const first = (bytes[0] ?? 0) | 0x20;
  if (first < 0x61 || first > 0x7a) return null;
  const end = bytes.subarray(0, maxLineBytes).indexOf(10);
  if (end < 0) return null;
  const line = bytes.toString("utf8", 0, end).replace(/\r$/, "");
  const two = versionTwo.exec(line);
  if (two !== null) return { version: 2, parts: two, lineBytes: end + 1 };
  const one = versionOne.exec(line);
  return one === null ? null : { version: 1, parts: one, lineBytes: end + 1 };
}
