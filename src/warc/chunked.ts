const sizeLine = /^([0-9a-f]{1,12})[ \t]*(?:;[^\r\n]*)?(\r?\n)/i;
const maxSizeLineBytes = 1024;

/** A body without its chunks. `note` says what was wrong with them, `null` when nothing was. */
export interface Dechunked {
  readonly bytes: Buffer;
  readonly note: "chunked-truncated" | "chunked-malformed" | null;
}

/**
 * Joins the chunks of a body; `null` when it is not chunked at all, whatever its header says: archives often hold
 * bodies that were joined before they were stored. Source: RFC 9112, 7.1.
 */
export function dechunked(body: Buffer): Dechunked | null {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const line = sizeLine.exec(body.toString("latin1", at, at + maxSizeLineBytes));
    if (line === null) {
      if (at === 0) return null;
      return joined(parts, at >= body.length - 1 ? "chunked-truncated" : "chunked-malformed");
    }
    const size = Number.parseInt(line[1] ?? "", 16);
    const start = at + line[0].length;
    if (size === 0) return joined(parts, null);
    const end = start + size;
    if (end > body.length) {
      // A first line that merely looks like a size is more likely text than a chunk cut off.
      if (at === 0 && line[2] !== "\r\n") return null;
      parts.push(body.subarray(start));
      return joined(parts, "chunked-truncated");
    }
    const lineEnd = body[end] === 13 && body[end + 1] === 10 ? 2 : body[end] === 10 ? 1 : 0;
    if (lineEnd === 0 && end < body.length)
      return at === 0 ? null : joined([...parts, body.subarray(start, end)], "chunked-malformed");
    parts.push(body.subarray(start, end));
    at = end + lineEnd;
  }
}

function joined(parts: readonly Buffer[], note: Dechunked["note"]): Dechunked {
  const [first] = parts;
  return { bytes: parts.length === 1 && first !== undefined ? first : Buffer.concat(parts), note };
}
