/** Size, blanks that some servers pad it with, and extensions, which are ignored. Zeros before the size mean nothing. */
const sizeLine = /^0*([0-9a-f]{1,12})[ \t]*(?:;[^\r\n]*)?$/i;
const carriageReturn = 13;
const lineFeed = 10;

/**
 * How strictly chunks are read. `wire`: an HTTP parser has passed the bytes, so lines end in CRLF and have any length.
 * `archive`: stored bytes may have bare line feeds, and a long line is not a size line.
 */
type Grammar = "wire" | "archive";
const mostArchivedLineBytes = 1024;

/** The chunks of a body, as far as they go. */
interface Chunks {
  /** Their data, views of the body; the last may be cut off. */
  readonly parts: readonly Buffer[];
  /** How many of them are complete. */
  readonly whole: number;
  /** `ended` by a chunk of size 0, `cut` by the end of the bytes, or `malformed`. */
  readonly state: "ended" | "cut" | "malformed";
  /** Behind the last size line; the trailer begins there when it was of size 0. */
  readonly end: number;
  /** The last size line ended in a bare line feed. */
  readonly bare: boolean;
}

/** Walks the chunks of a body. Source: RFC 9112, 7.1. */
export function chunksOf(body: Buffer, grammar: Grammar): Chunks {
  const parts: Buffer[] = [];
  const found = { whole: 0, end: 0, bare: false };
  const stopped = (state: Chunks["state"]): Chunks => ({ ...found, parts, state });
  for (let at = 0; ;) {
    const line = sizeLineAt(body, at, grammar);
    if (line === null) return stopped(at >= body.length - 1 ? "cut" : "malformed");
    found.end = line.end;
    found.bare = line.bare;
    if (line.size === 0) return stopped("ended");
    const end = line.end + line.size;
    parts.push(body.subarray(line.end, end));
    if (end > body.length) return stopped("cut");
    const lineEnd = lineEndBytes(body, end, grammar);
    if (lineEnd === 0 && end < body.length) return stopped("malformed");
    found.whole++;
    at = end + lineEnd;
  }
}

function sizeLineAt(
  body: Buffer,
  at: number,
  grammar: Grammar,
): { readonly size: number; readonly end: number; readonly bare: boolean } | null {
  const view = grammar === "wire" ? body : body.subarray(0, at + mostArchivedLineBytes);
  const last = view.indexOf(lineFeed, at);
  if (last < 0) return null;
  const bare = last === at || view[last - 1] !== carriageReturn;
  if (bare && grammar === "wire") return null;
  const digits = sizeLine.exec(view.toString("latin1", at, bare ? last : last - 1))?.[1];
  return digits === undefined ? null : { size: Number.parseInt(digits, 16), end: last + 1, bare };
}

/** Bytes of the line end at `at`; 0 when none is there. */
function lineEndBytes(body: Buffer, at: number, grammar: Grammar): number {
  if (body[at] === carriageReturn && body[at + 1] === lineFeed) return 2;
  return body[at] === lineFeed && grammar === "archive" ? 1 : 0;
}

/** A body without its chunks. `note` says what was wrong with them, `null` when nothing was. */
export interface Dechunked {
  readonly bytes: Buffer;
  readonly note: "chunked-truncated" | "chunked-malformed" | null;
}

/**
 * Joins the chunks of an archived body; `null` when it is not chunked at all, whatever its header says: archives often hold
 * bodies that were joined before they were stored.
 */
export function dechunked(body: Buffer): Dechunked | null {
  const { parts, whole, state, bare } = chunksOf(body, "archive");
  if (state === "ended") return { bytes: joined(parts), note: null };
  // With no complete chunk, the first line more likely only looks like a size, and the body is plain text.
  if (whole === 0 && (parts.length === 0 || state === "malformed" || bare)) return null;
  return { bytes: joined(parts), note: state === "cut" ? "chunked-truncated" : "chunked-malformed" };
}

function joined(parts: readonly Buffer[]): Buffer {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
}
