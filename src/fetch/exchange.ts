import type { Dispatcher } from "undici";
import { headerOf } from "../warc/http.ts";
import type { Fields } from "../warc/record.ts";
import type { Connection } from "./connector.ts";
import { ExchangeFault, exchangeFaultOf } from "./fault.ts";
import type { ExchangeLimits } from "./limits.ts";
import { exchangeFaults, type ExchangeRequest, type ExchangeResult, type Truncation } from "./result.ts";
import type { HostClients } from "./connections.ts";
import { addToWire, emptyWire, wirePartsOf } from "./wire-bytes.ts";

/** How often time and rate are looked at once the first of them could have run out. */
const checkMs = 1000;
const acceptEncoding = ["accept-encoding", "gzip, br, zstd"] as const;

/** Wall-clock and monotonic time of the start. */
interface Clock {
  readonly startMs: number;
  readonly beganMs: number;
}

/** Runs one exchange with an address that has been judged. Never rejects. */
export async function runExchange(
  clients: HostClients,
  url: URL,
  request: ExchangeRequest,
  limits: ExchangeLimits,
): Promise<ExchangeResult> {
  const clock = { startMs: Date.now(), beganMs: performance.now() };
  const first = await attempt(clients, url, request, limits, clock);
  if (!first.stale) return first.result;
  // The server had closed a connection kept from before and sent no byte: to ask again is safe (RFC 9110, 9.2.2).
  return (await attempt(clients, url, request, limits, clock)).result;
}

function attempt(
  clients: HostClients,
  url: URL,
  request: ExchangeRequest,
  limits: ExchangeLimits,
  { startMs, beganMs }: Clock,
): Promise<{ readonly result: ExchangeResult; readonly stale: boolean }> {
  const { promise, resolve } = Promise.withResolvers<{ result: ExchangeResult; stale: boolean }>();
  const host = clients.take(url.origin);
  const wire = emptyWire(limits.maxWireBytes);
  const sent: string[] = [];
  let controller: Dispatcher.DispatchController | null = null;
  let connection: Connection | null = null;
  let connectMs = 0;
  let firstByteMs = 0;
  let headMs = 0;
  let kept = false;
  let status = 0;
  let headers: Fields | null = null;
  let payloadBytes = 0;
  let interimResponses = 0;
  let over = false;
  let settled = false;
  const elapsedMs = (): number => performance.now() - beganMs;

  const tap = {
    received(chunk: Buffer): Buffer | null {
      if (firstByteMs === 0) firstByteMs = elapsedMs();
      const room = limits.maxWireBytes - wire.length;
      const taken = chunk.length > room ? chunk.subarray(0, room) : chunk;
      if (taken !== chunk && !over) {
        over = true;
        // After the parser has seen what there was room for: the response may end in it.
        queueMicrotask(() => end(new ExchangeFault("wire-limit", `over ${limits.maxWireBytes} bytes`), "length"));
      }
      if (taken.length === 0) return null;
      addToWire(wire, taken);
      return taken;
    },
    sent(bytes: string | Uint8Array): void {
      sent.push(typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1"));
    },
  };

  /** `cut` says what a response that has begun is truncated by; without a head there is only the fault. */
  const end = (fault: ExchangeFault | null, cut: Truncation | null): void => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    request.signal?.removeEventListener("abort", onAbort);
    if (host.tap === tap) host.tap = null;
    const timings = { startMs, connectMs, firstByteMs, totalMs: elapsedMs() };
    const requestHead = Buffer.from(sent.join(""), "latin1");
    const stale = kept && wire.length === 0 && fault?.reason === "disconnect";
    if (headers === null) {
      const { reason, message } = fault ?? new ExchangeFault("framing", "a response without a head");
      const ip = fault?.ip ?? connection?.ip ?? null;
      const { retry } = exchangeFaults[reason];
      resolve({ result: { ok: false, reason, detail: message, retry, ip, timings, requestHead }, stale });
    } else {
      const { head, ...parts } = wirePartsOf(wire, isChunked(headers), payloadBytes);
      const statusLine = head.toString("latin1", 0, head.indexOf("\r\n"));
      resolve({
        result: {
          ok: true,
          status,
          statusLine,
          headers,
          responseHead: head,
          ...parts,
          truncated: cut,
          fault: cut === "disconnect" ? (fault?.reason ?? null) : null,
          interimResponses,
          ip: connection?.ip ?? "",
          protocol: statusLine.slice(0, 8),
          tls: connection?.tls ?? null,
          timings,
          requestHead,
        },
        stale: false,
      });
    }
    // A connection with the rest of a response on it is of no further use; one that is still being made is not waited for.
    if (fault !== null && controller !== null) controller.abort(fault);
    else if (fault !== null && host.active === 1) clients.drop(host);
    clients.giveBack(host);
  };

  const onAbort = (): void => end(new ExchangeFault("aborted", "ended by the caller"), "time");

  const nextLimitMs = (): number => (headers === null ? Math.min(limits.headMs, limits.totalMs) : limits.totalMs);
  const check = (): void => {
    const nowMs = elapsedMs();
    const bodyMs = nowMs - headMs;
    if (headers === null && nowMs >= nextLimitMs())
      end(new ExchangeFault("timeout", `no head after ${Math.round(nowMs)} ms`), "time");
    else if (nowMs >= limits.totalMs)
      end(new ExchangeFault("timeout", `not done after ${Math.round(nowMs)} ms`), "time");
    else if (
      headers !== null &&
      bodyMs >= limits.slowGraceMs &&
      payloadBytes * 1000 < limits.minBytesPerSecond * bodyMs
    )
      end(new ExchangeFault("timeout", `${payloadBytes} bytes in ${Math.round(bodyMs)} ms`), "time");
    else timer = setTimeout(check, Math.min(checkMs, nextLimitMs() - nowMs));
  };
  let timer = setTimeout(check, Math.min(limits.headMs, limits.slowGraceMs, limits.totalMs));

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (settled) {
        started.abort(new ExchangeFault("aborted", "ended before it began"));
        return;
      }
      ({ connection } = host);
      kept = host.exchanges > 0;
      host.exchanges += 1;
      host.tap = tap;
      if (!kept) connectMs = Math.max(0, host.connectedMs - beganMs);
    },
    onResponseStart(started, statusCode) {
      if (statusCode < 200) {
        interimResponses += 1;
        return;
      }
      const fields = fieldsOf(started.rawHeaders ?? []);
      if (fields.length > limits.maxHeaders) {
        end(new ExchangeFault("header-limit", `${fields.length} header fields`), null);
        return;
      }
      status = statusCode;
      headers = fields;
      headMs = elapsedMs();
    },
    onResponseData(_, chunk) {
      payloadBytes += chunk.length;
    },
    onResponseEnd() {
      end(null, null);
    },
    onResponseError(_, error) {
      end(exchangeFaultOf(error, headers !== null), "disconnect");
    },
  };
  if (request.signal?.aborted === true) onAbort();
  else {
    request.signal?.addEventListener("abort", onAbort, { once: true });
    const sentHeaders = request.headers.flat();
    if (headerOf(request.headers, "accept-encoding") === null) sentHeaders.push(...acceptEncoding);
    host.client.dispatch({ path: url.pathname + url.search, method: "GET", headers: sentHeaders }, handler);
  }
  return promise;
}

/** Is the body in chunks? Only when that is the last coding, as the parser sees it (RFC 9112, 6.3). */
function isChunked(headers: Fields): boolean {
  const codings = headers.flatMap(([name, value]) => (name.toLowerCase() === "transfer-encoding" ? [value] : []));
  return codings.length > 0 && /(?:^|,)[ \t]*chunked[ \t]*$/i.test(codings.join(","));
}

/** Header octets stay octets: one character each, whatever they were meant to be. */
function fieldsOf(raw: readonly (Buffer | string)[] | Readonly<Record<string, unknown>>): Fields {
  if (!Array.isArray(raw)) return [];
  const fields: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) fields.push([textOf(raw[index]), textOf(raw[index + 1])]);
  return fields;
}

function textOf(octets: unknown): string {
  return Buffer.isBuffer(octets) ? octets.toString("latin1") : String(octets);
}
