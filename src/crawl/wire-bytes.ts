import { freeBytes } from "../warc/free-bytes.ts";

/** Bytes as they come; a drip of single bytes takes little more memory than they do. */
export interface WireBytes {
  length: number;
  /** Joined chunks, with room behind them. */
  joined: Buffer;
  joinedLength: number;
  /** The last few chunks, as they came. */
  readonly chunks: Buffer[];
}

/** So few chunks are joined only once, at the end. */
const maxLooseChunks = 32;

export function emptyWire(): WireBytes {
  return { length: 0, joined: nothing, joinedLength: 0, chunks: [] };
}

const nothing = Buffer.alloc(0);

export function addToWire(wire: WireBytes, chunk: Buffer): void {
  wire.chunks.push(chunk);
  wire.length += chunk.length;
  if (wire.chunks.length < maxLooseChunks) return;
  if (wire.length > wire.joined.length) {
    const roomier = Buffer.allocUnsafeSlow(2 * wire.length);
    wire.joined.copy(roomier, 0, 0, wire.joinedLength);
    freeBytes(wire.joined);
    wire.joined = roomier;
  }
  for (const loose of wire.chunks) {
    loose.copy(wire.joined, wire.joinedLength);
    wire.joinedLength += loose.length;
  }
  wire.chunks.length = 0;
}

/** All that came, in one piece; a response in one chunk is never copied. */
function wholeOf({ joined, joinedLength, chunks }: WireBytes): Buffer {
  const [only] = chunks;
  if (joinedLength === 0 && chunks.length === 1 && only !== undefined) return only;
  const whole = Buffer.concat(joinedLength === 0 ? chunks : [joined.subarray(0, joinedLength), ...chunks]);
  freeBytes(joined);
  return whole;
}

/** A response's bytes, taken apart. */
export interface WireParts {
  /** Status line to blank line of the final response. */
  readonly head: Buffer;
  readonly body: Buffer;
  readonly payload: Buffer;
  readonly excessBytes: number;
}

const headEnd = Buffer.from("\r\n\r\n");

/**
 * Takes a response apart that the HTTP parser has accepted: past the 1xx ones, the final head, then the body, which is
 * `chunked` or as long as the `payloadBytes` that the parser has counted. Of chunks that it refused none is in the payload.
 */
export function wirePartsOf(wire: WireBytes, chunked: boolean, payloadBytes: number): WireParts {
  const bytes = wholeOf(wire);
  let start = 0;
  let end = bytes.indexOf(headEnd);
  // "HTTP/1.1 103": the digit after the blank tells an interim response.
  while (end >= 0 && bytes[start + 9] === 0x31) {
    start = end + headEnd.length;
    end = bytes.indexOf(headEnd, start);
  }
  const bodyStart = end < 0 ? bytes.length : end + headEnd.length;
  const head = bytes.subarray(start, bodyStart);
  const rest = bytes.subarray(bodyStart);
  if (!chunked) {
    const body = rest.subarray(0, payloadBytes);
    return { head, body, payload: body, excessBytes: rest.length - body.length };
  }
  const { payload, end: bodyEnd } = unchunked(rest);
  const body = rest.subarray(0, bodyEnd);
  return { head, body, payload: payload.subarray(0, payloadBytes), excessBytes: rest.length - bodyEnd };
}

/** Walks the chunks and the trailer after them, as far as the bytes go. Source: RFC 9112, 7.1. */
function unchunked(bytes: Buffer): { payload: Buffer; end: number } {
  const parts: Buffer[] = [];
  const joined = (): Buffer => (parts.length === 1 ? (parts[0] ?? bytes) : Buffer.concat(parts));
  for (let at = 0; at < bytes.length;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size =
      lineEnd < 0 ? Number.NaN : Number.parseInt(bytes.toString("latin1", at, Math.min(lineEnd, at + 16)), 16);
    if (Number.isNaN(size)) break;
    if (size === 0) {
      const trailerEnd = bytes.indexOf(headEnd, lineEnd);
      return { payload: joined(), end: trailerEnd < 0 ? bytes.length : trailerEnd + headEnd.length };
    }
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return { payload: joined(), end: bytes.length };
}
