import { PipelineError } from "../core/errors.ts";
import { pause } from "../async/abort.ts";
import type { CrawlContext } from "./crawl-settings.ts";
import type { ExchangeRequest, ExchangeResult } from "../fetch/result.ts";
import type { HostPaces } from "./host-paces.ts";

/**
 * Exchanges that each wait for their host's pace, one at a time for a host, for all callers.
 * Rejects with `interrupted` when the signal is aborted before the host may be asked; what has begun is finished.
 */
export function politeAsk(
  exchange: (request: ExchangeRequest) => Promise<ExchangeResult>,
  paces: HostPaces,
  signal: AbortSignal,
): CrawlContext["ask"] {
  const lasts = new Map<string, Promise<void>>();
  return async (host, request) => {
    const before = lasts.get(host);
    const { promise, resolve } = Promise.withResolvers<void>();
    lasts.set(host, promise);
    try {
      await before;
      // A timer may end a little early, and the host's pace may have changed meanwhile.
      for (let waitMs = paces.waitMs(host); waitMs > 0 && !signal.aborted; waitMs = paces.waitMs(host)) {
        await pause(Math.ceil(waitMs), signal);
      }
      if (signal.aborted) throw new PipelineError("interrupted", `stopped before ${request.url} was asked for`);
      const result = await exchange(request);
      paces.observe(host, result);
      return result;
    } finally {
      if (lasts.get(host) === promise) lasts.delete(host);
      resolve();
    }
  };
}
