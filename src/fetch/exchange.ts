import type { Dispatcher } from "undici";

import { headerOf } from "../warc/http.ts";
import type { Fields } from "../warc/record.ts";
import { targetOf } from "./address-rules.ts";
import { addToWire, elapsedMs, emptyWire, resultOf, type Attempt, type Attempted, type Task } from "./attempt.ts";
import { hostClients, type HostClients } from "./connections.ts";
import { connectorOf } from "./connector.ts";
import { ExchangeFault, exchangeFaultOf } from "./fault.ts";
import type { ExchangeLimits, ExchangerOptions } from "./limits.ts";
import type { ExchangeRequest, ExchangeResult, Truncation } from "./result.ts";

/** How often time and rate are looked at once the first of them could have run out. */
const checkMs = 1000;
const acceptEncoding = ["accept-encoding", "gzip, br, zstd"] as const;

export interface Exchanger extends AsyncDisposable {
  /** Sends one GET and takes what comes back. Never rejects and never follows a redirect. */
  readonly exchange: (request: ExchangeRequest) => Promise<ExchangeResult>;
}

/** Exchanges over one connection a host, kept alive between them. */
export function exchanger(options: ExchangerOptions): Exchanger {
  const { limits } = options;
  const connector = connectorOf({ ...options, connectMs: limits.connectMs });
  const clients = hostClients(connector, options);
  return {
    exchange(request) {
      const target = targetOf(request.url, options);
      if (target.ok) return runExchange(clients, target.url, request, limits);
      const { reason, detail } = target;
      const timings = { startMs: Date.now(), connectMs: 0, firstByteMs: 0, totalMs: 0 };
      return Promise.resolve({
        ok: false,
        reason,
        detail,
        retry: false,
        ip: null,
        timings,
        requestHead: Buffer.alloc(0),
      });
    },
    [Symbol.asyncDispose]: () => clients.close(),
  };
}

/** Runs one exchange with an address that has been judged. Never rejects. */
async function runExchange(
  clients: HostClients,
  url: URL,
  request: ExchangeRequest,
  limits: ExchangeLimits,
): Promise<ExchangeResult> {
  const task = { clients, url, request, limits, startMs: Date.now(), beganMs: performance.now() };
  const first = await attempted(task);
  if (!first.stale) return first.result;
  // The server had closed a connection kept from before and sent no byte: to ask again is safe (RFC 9110, 9.2.2).
  return (await attempted(task)).result;
}

function attempted(task: Task): Promise<Attempted> {
  const { promise, resolve } = Promise.withResolvers<Attempted>();
  const attempt = newAttempt(task, resolve);
  const { url, request, limits } = task;
  attempt.timer = setTimeout(checkTime, Math.min(limits.headMs, limits.slowGraceMs, limits.totalMs), attempt);
  if (request.signal?.aborted === true) attempt.onAbort();
  else {
    request.signal?.addEventListener("abort", attempt.onAbort, { once: true });
    const headers = request.headers.flat();
    if (headerOf(request.headers, "accept-encoding") === null) headers.push(...acceptEncoding);
    attempt.host.client.dispatch({ path: url.pathname + url.search, method: "GET", headers }, handlerOf(attempt));
  }
  return promise;
}

function newAttempt(task: Task, resolve: Attempt["resolve"]): Attempt {
  const attempt: Attempt = {
    task,
    host: task.clients.take(task.url.origin),
    wire: emptyWire(task.limits.maxWireBytes),
    sent: [],
    tap: {
      received: (chunk) => received(attempt, chunk),
      sent: (bytes) =>
        void attempt.sent.push(typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1")),
    },
    onAbort: () => settle(attempt, new ExchangeFault("aborted", "ended by the caller"), "time"),
    resolve,
    timer: undefined,
    controller: null,
    connection: null,
    kept: false,
    connectMs: 0,
    firstByteMs: 0,
    headMs: 0,
    interimResponses: 0,
    status: 0,
    headers: null,
    payloadBytes: 0,
    over: false,
    settled: false,
  };
  return attempt;
}

function handlerOf(attempt: Attempt): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller) => started(attempt, controller),
    onResponseStart: ({ rawHeaders }, status) => headCame(attempt, status, rawHeaders ?? []),
    onResponseData(_, chunk) {
      attempt.payloadBytes += chunk.length;
    },
    onResponseEnd: () => settle(attempt, null, null),
    onResponseError: (_, error) => settle(attempt, exchangeFaultOf(error, attempt.headers !== null), "disconnect"),
  };
}

function started(attempt: Attempt, controller: Dispatcher.DispatchController): void {
  attempt.controller = controller;
  if (attempt.settled) {
    controller.abort(new ExchangeFault("aborted", "ended before it began"));
    return;
  }
  const { host, task } = attempt;
  attempt.connection = host.connection;
  attempt.kept = host.exchanges > 0;
  host.exchanges += 1;
  host.tap = attempt.tap;
  if (!attempt.kept) attempt.connectMs = Math.max(0, host.connectedMs - task.beganMs);
}

/** Bytes as they come off the wire. Returns those that the HTTP parser may see. */
function received(attempt: Attempt, chunk: Buffer): Buffer | null {
  const { wire, task } = attempt;
  const { maxWireBytes } = task.limits;
  if (attempt.firstByteMs === 0) attempt.firstByteMs = elapsedMs(task);
  const room = maxWireBytes - wire.length;
  const taken = chunk.length > room ? chunk.subarray(0, room) : chunk;
  if (taken !== chunk && !attempt.over) {
    attempt.over = true;
    // After the parser has seen what there was room for: the response may end in it.
    queueMicrotask(() => settle(attempt, new ExchangeFault("wire-limit", `over ${maxWireBytes} bytes`), "length"));
  }
  if (taken.length === 0) return null;
  addToWire(wire, taken);
  return taken;
}

function headCame(attempt: Attempt, status: number, rawHeaders: RawHeaders): void {
  if (status < 200) {
    attempt.interimResponses += 1;
    return;
  }
  const fields = fieldsOf(rawHeaders);
  if (fields.length > attempt.task.limits.maxHeaders) {
    settle(attempt, new ExchangeFault("header-limit", `${fields.length} header fields`), null);
    return;
  }
  attempt.status = status;
  attempt.headers = fields;
  attempt.headMs = elapsedMs(attempt.task);
}

/** Ends the attempt when time or rate has run out, and comes back when the next of them could. */
function checkTime(attempt: Attempt): void {
  const { task, headers, payloadBytes } = attempt;
  const { limits } = task;
  const nowMs = elapsedMs(task);
  const bodyMs = nowMs - attempt.headMs;
  const limitMs = headers === null ? Math.min(limits.headMs, limits.totalMs) : limits.totalMs;
  const isSlow = bodyMs >= limits.slowGraceMs && payloadBytes * 1000 < limits.minBytesPerSecond * bodyMs;
  if (headers === null && nowMs >= limitMs) timeOut(attempt, `no head after ${Math.round(nowMs)} ms`);
  else if (nowMs >= limits.totalMs) timeOut(attempt, `not done after ${Math.round(nowMs)} ms`);
  else if (headers !== null && isSlow) timeOut(attempt, `${payloadBytes} bytes in ${Math.round(bodyMs)} ms`);
  else attempt.timer = setTimeout(checkTime, Math.min(checkMs, limitMs - nowMs), attempt);
}

function timeOut(attempt: Attempt, detail: string): void {
  settle(attempt, new ExchangeFault("timeout", detail), "time");
}

/**
 * Ends the attempt, once.
 * @param cut what a response that has begun is truncated by; without a head there is only the fault
 */
function settle(attempt: Attempt, fault: ExchangeFault | null, cut: Truncation | null): void {
  if (attempt.settled) return;
  attempt.settled = true;
  const { task, host, controller } = attempt;
  clearTimeout(attempt.timer);
  task.request.signal?.removeEventListener("abort", attempt.onAbort);
  if (host.tap === attempt.tap) host.tap = null;
  const stale = attempt.kept && attempt.wire.length === 0 && fault?.reason === "disconnect";
  attempt.resolve({ result: resultOf(attempt, fault, cut), stale });
  // A connection with the rest of a response on it is of no further use; one that is still being made is not waited for.
  if (fault !== null && controller !== null) controller.abort(fault);
  else if (fault !== null && host.active === 1) task.clients.drop(host);
  task.clients.giveBack(host);
}

type RawHeaders = readonly (Buffer | string)[] | Readonly<Record<string, unknown>>;

/** Header octets stay octets: one character each, whatever they were meant to be. */
function fieldsOf(raw: RawHeaders): Fields {
  if (!Array.isArray(raw)) return [];
  const fields: [string, string][] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) fields.push([textOf(raw[index]), textOf(raw[index + 1])]);
  return fields;
}

function textOf(octets: unknown): string {
  return Buffer.isBuffer(octets) ? octets.toString("latin1") : String(octets);
}
