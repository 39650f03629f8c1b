import { LRUCache } from "lru-cache";

import { PipelineError } from "../../core/errors.ts";
import { settingsOf, webOf, type CrawlSettings } from "../../crawl/crawl-settings.ts";
import { leasedTurn } from "../../crawl/shared/leased-turn.ts";
import { turnAskOf, turnResultBytes, type TurnAsk } from "../../crawl/shared/turn-codec.ts";
import type { Exchanger } from "../../fetch/exchange.ts";
import type { JobHandler } from "../../queue/queue.ts";
import type { RedisScripts } from "../../redis/scripts.ts";
import { crawlName, turnName } from "../../store/layout.ts";
import { getNamed } from "../../store/own-digest.ts";
import type { Store } from "../../store/store.ts";
import { payloadOf, storedJson } from "../checked-json.ts";
import { storedCrawl, turnJob, type TurnJob } from "./contract.ts";

export interface TurnWork {
  readonly store: Store;
  readonly scripts: RedisScripts;
  readonly software: string;
  /** See `hostLeaseMs`; the same for all workers of one Redis. */
  readonly leaseMs?: number;
}

/** Does `turn` jobs. Disposing of it closes its connections to hosts. */
export type TurnHandler = JobHandler & AsyncDisposable;

/** A crawl that this process does turns of: its connections are kept from one turn of a host to the next. */
interface KeptCrawl {
  readonly opened: Promise<OpenedCrawl>;
  /** In progress. */
  turns: number;
}

interface OpenedCrawl {
  readonly settings: CrawlSettings;
  readonly web: Exchanger;
}

/** Crawls without a turn here whose connections are kept. */
const keptCrawls = 4;

/** The crawls that a process does turns of, by the digests of their settings. */
interface KeptCrawls {
  readonly work: TurnWork;
  readonly busy: Map<string, KeptCrawl>;
  readonly idle: LRUCache<string, KeptCrawl>;
  /** Fell out of `idle`, and are still to be closed. */
  readonly evicted: KeptCrawl[];
}

/**
 * A host's turn in, its result in the store: what was found, what is to be noted, and the captures. A result that is there already is
 * the answer; a turn that is not asked for any more is over.
 */
export function turnHandler(work: TurnWork): TurnHandler {
  const crawls = keptCrawlsOf(work);
  const handler: JobHandler = async (job, { signal }) => {
    const turn = payloadOf(turnJob, job);
    const { store } = work;
    const name = turnName(turn, "ask");
    if ((await store.size(turnName(turn, "end"), signal)) !== null) return {};
    const asked = await store.get(name, signal);
    if (asked === null) return {};
    return inCrawl(crawls, turn.crawl, async (crawl) => {
      const ask = turnAskOf(asked);
      if (ask.turn.lease === turn.lease) return endedTurn(crawl, turn, ask, { ...work, signal });
      const words = `${name} of ${store.place} is broken: it asks for turn ${ask.turn.lease}`;
      throw new PipelineError("object-broken", words, { name });
    });
  };
  return Object.assign(handler, {
    async [Symbol.asyncDispose]() {
      await Promise.all([...crawls.busy.values(), ...crawls.idle.values()].map(closed));
      crawls.busy.clear();
      crawls.idle.clear();
    },
  });
}

/** Does a turn and puts its result into the store. */
async function endedTurn(
  crawl: OpenedCrawl,
  job: TurnJob,
  ask: TurnAsk,
  { store, scripts, leaseMs, signal }: TurnWork & { readonly signal: AbortSignal },
): Promise<{ readonly urls: number }> {
  const isThere = async (what: "ask" | "end"): Promise<boolean> =>
    (await store.size(turnName(job, what), signal)) !== null;
  const parts = { ...crawl, scripts, signal, ...(leaseMs === undefined ? {} : { leaseMs }) };
  const urls = await leasedTurn(ask, parts, {
    // In this order: the collector removes the ask first.
    isOver: async () => (await isThere("end")) || !(await isThere("ask")),
    // Also when the worker is to stop: the pages are here.
    deliver: async (result) => void (await store.put(turnName(job, "end"), turnResultBytes(result))),
  });
  if (urls === null && signal.aborted) throw new PipelineError("interrupted", "the worker is stopping");
  return { urls: urls ?? 0 };
}

function keptCrawlsOf(work: TurnWork): KeptCrawls {
  const evicted: KeptCrawl[] = [];
  const idle = new LRUCache<string, KeptCrawl>({
    max: keptCrawls,
    dispose: (kept, _, reason) => reason === "evict" && evicted.push(kept),
  });
  return { work, busy: new Map(), idle, evicted };
}

async function inCrawl<T>(
  { work: turnWork, busy, idle, evicted }: KeptCrawls,
  digest: string,
  work: (crawl: OpenedCrawl) => Promise<T>,
): Promise<T> {
  const kept = busy.get(digest) ?? idle.get(digest) ?? { opened: openedCrawl(turnWork, digest), turns: 0 };
  idle.delete(digest);
  busy.set(digest, kept);
  kept.turns += 1;
  try {
    return await work(await kept.opened);
  } catch (error) {
    // What could not be opened is opened again for the next turn.
    if (busy.get(digest) === kept && !(await isOpen(kept))) busy.delete(digest);
    throw error;
  } finally {
    kept.turns -= 1;
    if (kept.turns === 0 && busy.get(digest) === kept) {
      busy.delete(digest);
      idle.set(digest, kept);
      await Promise.all(evicted.splice(0).map(closed));
    }
  }
}

async function isOpen({ opened }: KeptCrawl): Promise<boolean> {
  return opened.then(
    () => true,
    () => false,
  );
}

/** A crawl that could not be opened has nothing to close. */
async function closed({ opened }: KeptCrawl): Promise<void> {
  const crawl = await opened.catch(() => null);
  await crawl?.web[Symbol.asyncDispose]();
}

async function openedCrawl({ store, software }: TurnWork, digest: string): Promise<OpenedCrawl> {
  const name = crawlName(digest);
  const bytes = await getNamed(store, { name, sha256: digest });
  if (bytes === null) {
    const words = `${store.place} has no crawl ${digest}; give the worker and the crawl the same --store`;
    throw new PipelineError("not-found", words, { digest });
  }
  const stored = storedJson(storedCrawl, bytes, store, name);
  const wanted = stored.requester.software;
  if (wanted !== software) {
    const words = `the crawl is one of ${wanted}, this worker is ${software}; start workers of the same version`;
    throw new PipelineError("version-differs", words, { wanted, own: software });
  }
  const settings = settingsOf(stored);
  return { settings, web: webOf(settings) };
}
