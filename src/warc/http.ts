import { dechunked } from "./chunked.ts";
import { decoded } from "./content-coding.ts";
import type { Fields } from "./record.ts";

/** The head of an HTTP response as it was stored. */
export interface HttpHead {
  readonly ok: true;
  readonly status: number;
  readonly statusLine: string;
  readonly headers: Fields;
  readonly bodyOffset: number;
  /** Number of lines that were not headers and were left out. */
  readonly oddLines: number;
}

export interface HttpHeadFault {
  readonly ok: false;
  readonly reason: "empty" | "not-http" | "too-long";
  readonly detail: string;
}

const maxHeadBytes = 256 << 10;
const statusLineForm = /^(?:HTTP\/\d+(?:\.\d+)?|ICY)[ \t]+(\d{3})(?:[ \t]|$)/i;

/**
 * Reads a response's status and headers leniently: bare line feeds, folded lines, `HTTP/2`, no reason phrase, and an
 * end without a blank line are accepted. Header values are bytes of ISO 8859-1, as RFC 9110 (5.5) has it.
 */
export function httpHeadOf(block: Buffer): HttpHead | HttpHeadFault {
  if (block.length === 0) return { ok: false, reason: "empty", detail: "the block is empty" };
  const { headEnd, bodyOffset } = headBounds(block);
  if (headEnd > maxHeadBytes)
    return { ok: false, reason: "too-long", detail: `the head is over ${maxHeadBytes} bytes` };
  const [statusLine = "", ...lines] = block.toString("latin1", 0, headEnd).split(/\r?\n/);
  const status = statusLineForm.exec(statusLine)?.[1];
  if (status === undefined) {
    return { ok: false, reason: "not-http", detail: `not a status line: ${JSON.stringify(statusLine.slice(0, 60))}` };
  }
  const { headers, oddLines } = headersOf(lines);
  return { ok: true, status: Number(status), statusLine: statusLine.slice(0, 1000), headers, bodyOffset, oddLines };
}

/** First value of a header, whatever the case of its name, or `null`. */
export function headerOf(headers: Fields, name: string): string | null {
  const wanted = name.toLowerCase();
  for (const [name, value] of headers) {
    if (name.length === wanted.length && name.toLowerCase() === wanted) return value;
  }
  return null;
}

function headBounds(block: Buffer): { headEnd: number; bodyOffset: number } {
  for (let at = block.indexOf(10); at >= 0 && at <= maxHeadBytes; at = block.indexOf(10, at + 1)) {
    if (block[at + 1] === 10) return { headEnd: at + 1, bodyOffset: at + 2 };
    if (block[at + 1] === 13 && block[at + 2] === 10) return { headEnd: at + 1, bodyOffset: at + 3 };
  }
  return { headEnd: block.length, bodyOffset: block.length };
}

function headersOf(lines: readonly string[]): { headers: Fields; oddLines: number } {
  const headers: [string, string][] = [];
  let oddLines = 0;
  for (const line of lines) {
    const last = headers.at(-1);
    const colon = line.indexOf(":");
    if ((line.startsWith(" ") || line.startsWith("\t")) && last !== undefined)
      last[1] = `${last[1]} ${line.trim()}`.trim();
    else if (colon > 0) headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
    else if (line.trim() !== "") oddLines += 1;
  }
  return { headers, oddLines };
}

/** How large a body may become when it is decoded. */
export interface BodyLimits {
  readonly maxDecodedBytes: number;
  /** Decoded bytes for each stored one, once more than `ratioFreeBytes` are decoded. */
  readonly maxRatio: number;
  readonly ratioFreeBytes: number;
  readonly maxEncodings: number;
}

export const bodyLimits: BodyLimits = {
  maxDecodedBytes: 32 << 20,
  maxRatio: 1000,
  ratioFreeBytes: 1 << 20,
  maxEncodings: 2,
};

/** A body without its codings. `notes` say what was odd; `complete` is false when a part is missing or was cut off. */
export interface DecodedBody {
  readonly bytes: Buffer;
  readonly complete: boolean;
  readonly notes: readonly string[];
}

/**
 * Takes off transfer and content codings: chunked, gzip, deflate, br, zstd. Crawlers often store a body decoded and
 * keep the header, so a coding is undone only when the bytes are really in it. Bytes in an unknown coding, or in more
 * codings than allowed, are not returned. Notes: `stored-dechunked`, `chunked-truncated`, `chunked-malformed`,
 * `stored-decoded`, `coding-unknown`, `codings-too-many`, `coding-truncated`, `coding-malformed`, `decoded-limit`,
 * `trailing-bytes`.
 */
export function decodedBody(headers: Fields, body: Buffer, limits: BodyLimits = bodyLimits): DecodedBody {
  const transfer = tokensOf(headers, "transfer-encoding");
  const codings = [...tokensOf(headers, "content-encoding"), ...transfer.filter((token) => token !== "chunked")];
  const notes: string[] = [];
  let bytes = body;
  let complete = true;
  if (transfer.includes("chunked")) {
    const plain = dechunked(body);
    if (plain === null) notes.push("stored-dechunked");
    else {
      bytes = plain.bytes;
      complete = plain.note === null;
      if (plain.note !== null) notes.push(plain.note);
    }
  }
  if (codings.length > limits.maxEncodings)
    return { bytes: nothing, complete: false, notes: [...notes, "codings-too-many"] };
  for (const coding of codings.reverse()) {
    const ratioBytes = Math.max(limits.ratioFreeBytes, limits.maxRatio * bytes.length);
    const step = decoded(coding, bytes, Math.min(limits.maxDecodedBytes, ratioBytes));
    bytes = step.bytes;
    if (step.note !== null) notes.push(step.note);
    if (!step.complete) complete = false;
  }
  return { bytes, complete, notes };
}

/**
 * True when fewer bytes are stored than `Content-Length` says. A body that came in chunks, or is stored decoded,
 * rightly differs in length from the header.
 * @param notes of `decodedBody`
 */
export function isShortBody(headers: Fields, stored: Buffer, notes: readonly string[]): boolean {
  const stated = headerOf(headers, "content-length") ?? "";
  if (!/^\d+$/.test(stated) || headerOf(headers, "transfer-encoding") !== null) return false;
  return Number(stated) > stored.length && !notes.includes("stored-decoded");
}

const nothing = Buffer.alloc(0);

function tokensOf(headers: Fields, name: string): string[] {
  return headers
    .filter(([name_]) => name_.toLowerCase() === name)
    .flatMap(([, value]) => value.toLowerCase().split(","))
    .map((token) => token.trim())
    .filter((token) => token !== "" && token !== "identity" && token !== "none");
}
