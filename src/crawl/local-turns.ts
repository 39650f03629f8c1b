import { systemClock } from "./crawl-clock.ts";
import type { TurnRunner } from "./crawl-loop.ts";
import { contextOf, paceOf, webOf, type CrawlSettings } from "./crawl-settings.ts";
import type { Notes } from "../frontier/frontier.ts";
import { hostPaces } from "./host-paces.ts";
import { briefTurn, hostTurn } from "./host-turn.ts";
import { politeAsk } from "./paced-fetch.ts";

const urlsPerTurn = 8;

/** Has turns done by this process. */
export function turnsHere(settings: CrawlSettings, notes: Notes, signal: AbortSignal): TurnRunner & AsyncDisposable {
  const clock = systemClock;
  const web = webOf(settings);
  const paces = hostPaces(notes, paceOf(settings), clock);
  const ask = politeAsk(web.exchange, paces, signal);
  const context = contextOf(settings, { clock, ask, paces, notes, signal });
  return {
    urlsPerTurn,
    runTurn: async (turn) => hostTurn(context, turn, briefTurn),
    [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
  };
}
