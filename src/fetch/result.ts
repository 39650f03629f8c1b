import type { Fields } from "../warc/record.ts";

/** One request; always GET. Header names are sent as written; `host` and `connection` are added. */
export interface ExchangeRequest {
  readonly url: string;
  readonly headers: Fields;
  /** Ends the exchange with `aborted`, or delivers what came as truncated by `time`. */
  readonly signal?: AbortSignal;
}

/** WARC 1.1 (5.13): why a body is shorter than what the server meant to send. */
export type Truncation = "length" | "time" | "disconnect";

/** What came back. All bytes are as they were on the wire; nothing is unpacked. */
export interface Exchanged {
  readonly ok: true;
  readonly status: number;
  /** `HTTP/1.1 200 OK`, as received. */
  readonly statusLine: string;
  /** Names and values as received, in order; ISO 8859-1, as RFC 9110 (5.5) has it. */
  readonly headers: Fields;
  /** Status line to blank line of the final response, byte for byte. */
  readonly responseHead: Buffer;
  /** What followed the head: still content-encoded and, where it was sent so, still in chunks. */
  readonly body: Buffer;
  /** The body without its chunks, still content-encoded; the same buffer as `body` when there were none. */
  readonly payload: Buffer;
  readonly truncated: Truncation | null;
  /** What broke off the body when `truncated` is `disconnect`: `disconnect`, or `framing` for chunks that cannot be read. */
  readonly fault: string | null;
  /** Bytes that the server sent after the end of the response: a smuggling hint. They are in no other field. */
  readonly excessBytes: number;
  /** 1xx responses before the final one. */
  readonly interimResponses: number;
  readonly ip: string;
  readonly protocol: string;
  readonly tls: TlsFacts | null;
  readonly timings: Timings;
  /** The exact bytes we sent. */
  readonly requestHead: Buffer;
}

export interface TlsFacts {
  readonly version: string;
  readonly cipher: string;
  readonly authorized: boolean;
  /** Why the certificate was not trusted, `null` when it was. */
  readonly error: string | null;
}

/** Milliseconds; `startMs` is wall-clock time, the rest count from the start. */
export interface Timings {
  readonly startMs: number;
  /** When the connection stood; 0 when a standing one was used. */
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly totalMs: number;
}

/** Why there is no response. */
export const exchangeFaults = {
  url: { retry: false, meaning: "the address cannot be read or is too long" },
  scheme: { retry: false, meaning: "neither http nor https" },
  port: { retry: false, meaning: "the port is not among those allowed" },
  "ssrf-host": { retry: false, meaning: "the host name belongs to this machine or to a cloud's inside" },
  "ssrf-address": { retry: false, meaning: "the host's address is not a public one" },
  request: { retry: false, meaning: "the request itself cannot be written" },
  "dns-name": { retry: false, meaning: "the host name does not exist" },
  dns: { retry: true, meaning: "the host name could not be looked up" },
  connect: { retry: true, meaning: "no connection could be made" },
  tls: { retry: false, meaning: "the TLS handshake failed or the certificate is not trusted" },
  disconnect: { retry: true, meaning: "the connection ended before the head was complete" },
  timeout: { retry: true, meaning: "the head did not come in time" },
  "header-limit": { retry: false, meaning: "the head is too long or has too many fields" },
  framing: { retry: false, meaning: "the bytes are no HTTP/1 response" },
  "wire-limit": { retry: false, meaning: "too many bytes came before the head was complete" },
  aborted: { retry: true, meaning: "the caller ended the exchange" },
} as const satisfies Record<string, { retry: boolean; meaning: string }>;

export type ExchangeFaultCode = keyof typeof exchangeFaults;

export interface NotExchanged {
  readonly ok: false;
  readonly reason: ExchangeFaultCode;
  /** Words for people; never parsed. */
  readonly detail: string;
  /** May the same request be tried again, later? */
  readonly retry: boolean;
  /** The address that was connected to or refused, where one was known. */
  readonly ip: string | null;
  readonly timings: Timings;
  /** Empty when nothing was sent. */
  readonly requestHead: Buffer;
}

export type ExchangeResult = Exchanged | NotExchanged;
