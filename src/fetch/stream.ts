import { Pool } from "undici";

import { PipelineError } from "../core/errors.ts";
import type { Fields } from "../warc/record.ts";
import { targetOf, type TargetRules } from "./address-rules.ts";
import { connectorOf, type ConnectorOptions } from "./connector.ts";
import { connectFaultOf, ExchangeFault, exchangeFaultOf } from "./fault.ts";
import { exchangeFaults, type NotExchanged } from "./result.ts";

/** Unlike an exchange of the crawl, a stream has no bound of bytes or time: its reader counts. */
export interface StreamerOptions extends TargetRules, ConnectorOptions {
  /** Connections to one origin, hence streams at the same time. */
  readonly connections: number;
  /** Without a head, or without a further byte of the body, for so long, a stream is given up. */
  readonly idleMs: number;
}

export interface StreamRequest {
  readonly url: string;
  readonly headers: Fields;
  readonly signal: AbortSignal;
}

export type StreamAnswer =
  | {
      readonly ok: true;
      readonly status: number;
      /** Names in lower case; of several fields of one name, the first. */
      readonly headers: ReadonlyMap<string, string>;
      /**
       * Read it to its end or leave the loop early: either frees the connection. Throws `source-unreachable` when the
       * bytes stop before their end.
       */
      readonly body: AsyncIterable<Buffer>;
    }
  | Pick<NotExchanged, "ok" | "reason" | "detail" | "retry">;

export interface Streamer extends AsyncDisposable {
  /** One GET whose body is read as it comes. Follows no redirect and unpacks nothing; rejects only when aborted. */
  readonly get: (request: StreamRequest) => Promise<StreamAnswer>;
}

/**
 * Streams bodies too large to be held, over the connections that the crawl would make: the same rules say which addresses
 * may be asked at all.
 */
export function streamer(options: StreamerOptions): Streamer {
  const connector = connectorOf(options);
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string): Pool => {
    const known = pools.get(origin);
    if (known !== undefined) return known;
    const pool = new Pool(origin, {
      connections: options.connections,
      pipelining: 1,
      allowH2: false,
      headersTimeout: options.idleMs,
      bodyTimeout: options.idleMs,
      connect(target, done) {
        connector(target, (fault, connection) => {
          if (connection === null) done(fault ?? new Error("no connection"), null);
          else done(null, connection.socket);
        });
      },
    });
    pools.set(origin, pool);
    return pool;
  };
  return {
    async get({ url, headers, signal }) {
      const target = targetOf(url, options);
      if (!target.ok) return { ok: false, reason: target.reason, detail: target.detail, retry: false };
      const { origin, protocol, pathname, search } = target.url;
      try {
        const answer = await poolOf(origin).request({
          path: pathname + search,
          method: "GET",
          headers: [["accept-encoding", "identity"], ...headers].flat(),
          signal,
        });
        const first = ([name, value]: [string, string | string[] | undefined]): [string, string] => [
          name.toLowerCase(),
          Array.isArray(value) ? (value[0] ?? "") : (value ?? ""),
        ];
        return {
          ok: true,
          status: answer.statusCode,
          headers: new Map(Object.entries(answer.headers).map(first)),
          body: wholeOrThrown(answer.body, url, signal),
        };
      } catch (error) {
        if (signal.aborted)
          throw new PipelineError("interrupted", `stopped while ${url} was asked for`, { url }, error);
        const { reason, message } = faultOf(error, protocol);
        return { ok: false, reason, detail: message, retry: exchangeFaults[reason].retry };
      }
    },
    async [Symbol.asyncDispose]() {
      const open = [...pools.values()];
      pools.clear();
      await Promise.allSettled(open.map((pool) => pool.destroy()));
    },
  };
}

function faultOf(error: unknown, protocol: string): ExchangeFault {
  if (error instanceof ExchangeFault) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === "UND_ERR_HEADERS_TIMEOUT") return new ExchangeFault("timeout", "no head came in time", null, error);
  const connecting = syscall === "connect" || syscall === "getaddrinfo" || code === "UND_ERR_CONNECT_TIMEOUT";
  const tls = protocol === "https:" && /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_|UNABLE_TO|SELF_SIGNED)/.test(code ?? "");
  if (connecting || tls || error instanceof AggregateError) return connectFaultOf(error, protocol, null);
  return exchangeFaultOf(error instanceof Error ? error : new Error(String(error)), false);
}

async function* wholeOrThrown(body: AsyncIterable<Buffer>, url: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* body;
  } catch (error) {
    if (signal.aborted) throw new PipelineError("interrupted", `stopped while ${url} was fetched`, { url }, error);
    const words = error instanceof Error ? error.message : String(error);
    throw new PipelineError(
      "source-unreachable",
      `${url}: the bytes stopped before their end (${words})`,
      { url },
      error,
    );
  }
}
