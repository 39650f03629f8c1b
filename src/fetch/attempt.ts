import type { Dispatcher } from "undici";

import { chunksOf } from "../warc/chunked.ts";
import type { Fields } from "../warc/record.ts";
import { freeBytes } from "../warc/release-memory.ts";
import type { HostClient, HostClients, Tap } from "./connections.ts";
import type { Connection } from "./connector.ts";
import { ExchangeFault } from "./fault.ts";
import type { ExchangeLimits } from "./limits.ts";
import { exchangeFaults, type ExchangeRequest, type ExchangeResult, type Truncation } from "./result.ts";

/** What one exchange is to do, and since when. */
export interface Task {
  readonly clients: HostClients;
  readonly url: URL;
  readonly request: ExchangeRequest;
  readonly limits: ExchangeLimits;
  /** Wall-clock and monotonic time of the start, both of the first attempt. */
  readonly startMs: number;
  readonly beganMs: number;
}

export interface Attempted {
  readonly result: ExchangeResult;
  /** The server had closed a kept connection before it sent a byte. */
  readonly stale: boolean;
}

/** An exchange in progress: what it was given, and what it has seen so far. Times count from `task.beganMs`. */
export interface Attempt {
  readonly task: Task;
  readonly host: HostClient;
  readonly wire: WireBytes;
  readonly sent: string[];
  readonly tap: Tap;
  readonly onAbort: () => void;
  readonly resolve: (attempted: Attempted) => void;
  timer: NodeJS.Timeout | undefined;
  controller: Dispatcher.DispatchController | null;
  connection: Connection | null;
  /** The connection had carried an exchange before. */
  kept: boolean;
  connectMs: number;
  firstByteMs: number;
  headMs: number;
  interimResponses: number;
  status: number;
  /** `null` until the final head is complete. */
  headers: Fields | null;
  payloadBytes: number;
  /** More bytes came than there was room for. */
  over: boolean;
  settled: boolean;
}

/** @param cut what a response that has begun is truncated by; without a head there is only the fault */
export function resultOf(attempt: Attempt, fault: ExchangeFault | null, cut: Truncation | null): ExchangeResult {
  const { task, connection, headers } = attempt;
  const timings = {
    startMs: task.startMs,
    connectMs: attempt.connectMs,
    firstByteMs: attempt.firstByteMs,
    totalMs: elapsedMs(task),
  };
  const requestHead = Buffer.from(attempt.sent.join(""), "latin1");
  if (headers === null) {
    const { reason, message, ip } = fault ?? new ExchangeFault("framing", "a response without a head");
    const { retry } = exchangeFaults[reason];
    return { ok: false, reason, detail: message, retry, ip: ip ?? connection?.ip ?? null, timings, requestHead };
  }
  const { head, ...parts } = wirePartsOf(attempt.wire, isChunked(headers), attempt.payloadBytes);
  const statusLine = head.toString("latin1", 0, head.indexOf("\r\n"));
  return {
    ok: true,
    status: attempt.status,
    statusLine,
    headers,
    responseHead: head,
    ...parts,
    truncated: cut,
    fault: cut === "disconnect" ? (fault?.reason ?? null) : null,
    interimResponses: attempt.interimResponses,
    ip: connection?.ip ?? "",
    protocol: statusLine.slice(0, 8),
    tls: connection?.tls ?? null,
    timings,
    requestHead,
  };
}

/** Milliseconds since the start. */
export function elapsedMs({ beganMs }: Task): number {
  return performance.now() - beganMs;
}

/** Is the body in chunks? Only when that is the last coding, as the parser sees it (RFC 9112, 6.3). */
function isChunked(headers: Fields): boolean {
  const codings = headers.flatMap(([name, value]) => (name.toLowerCase() === "transfer-encoding" ? [value] : []));
  return codings.length > 0 && /(?:^|,)[ \t]*chunked[ \t]*$/i.test(codings.join(","));
}

/** Bytes as they come; a drip of single bytes takes little more memory than they do, and a long body no more than it. */
interface WireBytes {
  length: number;
  /** More cannot come. */
  readonly limit: number;
  /** Joined chunks; `null` until there are many. It grows in place: a copy of ten megabytes would be the peak of a crawl. */
  joined: ArrayBuffer | null;
  joinedLength: number;
  /** The last few chunks, as they came. */
  readonly chunks: Buffer[];
}

/** So few chunks are joined only once, at the end. */
const maxLooseChunks = 32;
/** By how much the joined bytes grow at least. */
const stepBytes = 64 << 10;
const longBytes = 1 << 20;

export function emptyWire(limit: number): WireBytes {
  return { length: 0, limit, joined: null, joinedLength: 0, chunks: [] };
}

export function addToWire(wire: WireBytes, chunk: Buffer): void {
  wire.chunks.push(chunk);
  wire.length += chunk.length;
  if (wire.chunks.length >= maxLooseChunks) join(wire);
}

function join(wire: WireBytes): ArrayBuffer {
  wire.joined ??= new ArrayBuffer(0, { maxByteLength: wire.limit });
  if (wire.length > wire.joined.byteLength) wire.joined.resize(Math.min(wire.limit, wire.length + stepBytes));
  const all = Buffer.from(wire.joined);
  for (const loose of wire.chunks) wire.joinedLength += loose.copy(all, wire.joinedLength);
  freeChunks(wire);
  return wire.joined;
}

/** The parser still reads the last one: it is that in which the response may end. */
function freeChunks({ chunks }: WireBytes): void {
  for (const chunk of chunks.slice(0, -1)) freeBytes(chunk);
  chunks.length = 0;
}

/** All that came, in one piece; a response in one chunk is never copied. */
function wholeOf(wire: WireBytes): Buffer {
  const [only] = wire.chunks;
  if (wire.joined !== null) return Buffer.from(join(wire), 0, wire.length);
  if (wire.chunks.length === 1 && only !== undefined) return only;
  const whole = Buffer.concat(wire.chunks);
  freeChunks(wire);
  return whole;
}

/** A response's bytes, taken apart. */
interface WireParts {
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
function wirePartsOf(wire: WireBytes, chunked: boolean, payloadBytes: number): WireParts {
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

/** A long payload gets pages of its own, which leave no hole in the heap when they are freed. */
function joinedParts(parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  if (length < longBytes) return Buffer.concat(parts, length);
  const all = Buffer.from(new ArrayBuffer(length, { maxByteLength: length }));
  let at = 0;
  for (const part of parts) at += part.copy(all, at);
  return all;
}

/** The data of a chunked body, and where its trailer ends: where the bytes end, unless the parser let a whole body through. */
function unchunked(bytes: Buffer): { readonly payload: Buffer; readonly end: number } {
  const { parts, state, end } = chunksOf(bytes, "wire");
  const payload = parts.length === 1 ? (parts[0] ?? bytes) : joinedParts(parts);
  // The line end of the last size line may be half of the blank line that ends an empty trailer.
  const trailerEnd = state === "ended" ? bytes.indexOf(headEnd, end - 2) : -1;
  return { payload, end: trailerEnd < 0 ? bytes.length : trailerEnd + headEnd.length };
}
