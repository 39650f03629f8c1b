import type { TurnRunner } from "../../crawl/crawl-loop.ts";
import { contextOf, paceOf, webOf, type CrawlSettings } from "../../crawl/crawl-settings.ts";
import { hostPaces, pacedFetch, systemClock } from "../../crawl/host-paces.ts";
import { briefTurn, hostTurn } from "../../crawl/host-turn.ts";
import type { Notes } from "../../frontier/frontier.ts";

const urlsPerTurn = 8;

/** Does turns in this process, each host by one connection. */
export function localTurns(settings: CrawlSettings, notes: Notes, signal: AbortSignal): TurnRunner & AsyncDisposable {
  const clock = systemClock;
  const web = webOf(settings);
  const paces = hostPaces(notes, paceOf(settings), clock);
  const ask = pacedFetch(web.exchange, paces, signal);
  const context = contextOf(settings, { clock, ask, paces, notes, signal });
  return {
    urlsPerTurn,
    runTurn: async (turn) => hostTurn(context, turn, briefTurn),
    [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
  };
}
