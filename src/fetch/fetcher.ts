import { connectorOf } from "./connector.ts";
import type { ExchangerOptions } from "./limits.ts";
import type { ExchangeRequest, ExchangeResult } from "./result.ts";
import { runExchange } from "./exchange.ts";
import { hostClients } from "./connections.ts";
import { targetOf } from "./address-rules.ts";

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
