import { arcHeadAt, arcLineIn } from "./arc.ts";
import type { Feed } from "./feed.ts";
import type { ArchiveProblem, Fields, HeadFault, RecordHead } from "./record.ts";

/** A head longer than this is refused: real ones have some hundred bytes. */
const maxHeadBytes = 1 << 20;
/** The same as for the longest line of an ARC file. */
const firstLookBytes = 16 << 10;
const lineFeed = 10;
const carriageReturn = 13;

/** Reads the head of the record that starts at `at`, of a WARC or an ARC. */
export async function headIn(feed: Feed, at: number): Promise<RecordHead | HeadFault> {
  for (let look = firstLookBytes; ; look *= 8) {
    const view = await feed.view(at, Math.min(look, maxHeadBytes));
    const bytes = view.length > maxHeadBytes ? view.subarray(0, maxHeadBytes) : view;
    const head = headAt(bytes);
    if (head !== null) return head;
    if (at + bytes.length >= feed.size)
      return { reason: "truncated", detail: "the file ends inside a record's header" };
    if (look >= maxHeadBytes) {
      return { reason: "header-malformed", detail: `the header does not end within ${maxHeadBytes} bytes` };
    }
  }
}

/** True when a record seems to begin with these bytes: a version line of WARC, or a whole line of ARC. */
export function looksLikeRecord(bytes: Buffer): boolean {
  return versionBytes(bytes) || arcLineIn(bytes) !== null;
}

const maxSoughtBytes = 16 << 10;
const maxSoughtLines = 64;
const soughtStart = /^WARC\/\d+\.\d+\r?\n(?:WARC|Content)-/i;

/**
 * True for a whole header with type and length, no longer than headers are. The search for a record accepts only these.
 * It is stricter than reading and refuses cheaply: a hostile page may be full of false starts.
 */
export function isWholeHead(bytes: Buffer): boolean {
  if (!soughtStart.test(bytes.toString("latin1", 0, 40))) return arcLineIn(bytes) !== null;
  const end = blankLineIn(bytes.subarray(0, maxSoughtBytes), maxSoughtLines);
  const head = end < 0 ? null : headAt(bytes.subarray(0, end));
  return head !== null && "fields" in head && head.fields.some(([name]) => name.toLowerCase() === "warc-type");
}

function versionBytes(bytes: Buffer): boolean {
  return isDigit(bytes[5]) && bytes.toString("latin1", 0, 5).toUpperCase() === "WARC/";
}

/** `null` = more bytes are needed. */
function headAt(bytes: Buffer): RecordHead | HeadFault | null {
  // Fewer than five bytes may be the torn start of a version line.
  if ("WARC/".startsWith(bytes.toString("latin1", 0, 5).toUpperCase())) return warcHeadAt(bytes);
  return arcHeadAt(bytes) ?? garbage(bytes);
}

function garbage(bytes: Buffer): HeadFault {
  return { reason: "garbage", detail: `no record begins here; first bytes: ${printable(bytes)}` };
}

/** The first bytes as JSON text, safe for logs. */
export function printable(bytes: Buffer): string {
  return JSON.stringify(bytes.toString("latin1", 0, 24).replaceAll(/[^ -~]/g, "."));
}

function warcHeadAt(bytes: Buffer): RecordHead | HeadFault | null {
  const end = blankLineIn(bytes);
  if (end < 0) {
    const line = bytes.toString("latin1", 0, 64).split(/\r?\n/, 2);
    const versionIsWhole = line.length > 1 || bytes.length > 64;
    return versionIsWhole && !versionLine.test(line[0] ?? "") ? badVersion(line[0] ?? "") : null;
  }
  const [first = "", ...lines] = bytes.toString("utf8", 0, end).split(/\r?\n/);
  if (!versionLine.test(first)) return badVersion(first);
  const version = first.toUpperCase();
  const problems: ArchiveProblem[] = [];
  if (!knownVersions.has(version))
    problems.push({ code: "version-unknown", detail: `${version} is not a published version` });
  const fields = fieldsOf(lines, problems);
  const stated = fields.find(([name]) => name.length === 14 && name.toLowerCase() === "content-length")?.[1];
  if (stated === undefined) return { reason: "header-malformed", detail: "the record has no Content-Length" };
  const blockBytes = /^\d+$/.test(stated) ? Number(stated) : Number.NaN;
  if (!Number.isSafeInteger(blockBytes)) {
    return {
      reason: "header-malformed",
      detail: `Content-Length is no length: ${JSON.stringify(stated.slice(0, 40))}`,
    };
  }
  return { format: version, fields, headBytes: end, blockBytes, problems };
}

const versionLine = /^WARC\/\d+\.\d+$/i;
const knownVersions: ReadonlySet<string> = new Set(["WARC/0.17", "WARC/0.18", "WARC/1.0", "WARC/1.1"]);

function badVersion(line: string): HeadFault {
  return { reason: "header-malformed", detail: `not a version line: ${JSON.stringify(line.slice(0, 40))}` };
}

/** Position after the first blank line, or -1. Lines may end in CRLF or, as some writers do, in LF. */
function blankLineIn(bytes: Buffer, maxLines = Infinity): number {
  let lines = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) {
    if (bytes[at + 1] === lineFeed) return at + 2;
    if (bytes[at + 1] === carriageReturn && bytes[at + 2] === lineFeed) return at + 3;
    lines += 1;
    if (lines > maxLines) return -1;
  }
  return -1;
}

function fieldsOf(lines: readonly string[], problems: ArchiveProblem[]): Fields {
  const fields: [string, string][] = [];
  for (const line of lines) {
    if (line === "") continue;
    const last = fields.at(-1);
    if ((line.startsWith(" ") || line.startsWith("\t")) && last !== undefined) {
      last[1] = `${last[1]} ${line.trim()}`.trim();
      continue;
    }
    const colon = line.indexOf(":");
    if (colon > 0) fields.push([line.slice(0, colon).trimEnd(), line.slice(colon + 1).trim()]);
    else
      problems.push({ code: "header-line", detail: `not a "name: value" line: ${JSON.stringify(line.slice(0, 60))}` });
  }
  return fields;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}
