import { PipelineError } from "../../core/errors.ts";
import { webOf, type CrawlSettings } from "../../crawl/crawl-settings.ts";
import { leasedTurn } from "../../crawl/shared/leased-turn.ts";
import { turnAskOf, turnEndBytes, type TurnAsk } from "../../crawl/shared/turn-codec.ts";
import type { Exchanger } from "../../fetch/fetcher.ts";
import type { JobHandler } from "../../queue/queue.ts";
import type { RedisScripts } from "../../redis/scripts.ts";
import { crawlName, turnName } from "../../store/layout.ts";
import type { Store } from "../../store/store.ts";
import { payloadOf, storedJson } from "../checked-json.ts";
import { settingsOf, storedCrawl, turnJob, type TurnJob } from "./contract.ts";

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

const keptCrawls = 4;

/** The crawls that a process does turns of; those used last come last. */
interface KeptCrawls {
  readonly work: TurnWork;
  readonly byDigest: Map<string, KeptCrawl>;
}

/**
 * A host's turn in, its end in the store: what was found, what is to be noted, and the captures. An end that is there already is
 * the answer; a turn that is not asked for any more is over.
 */
export function turnHandler(work: TurnWork): TurnHandler {
  const crawls: KeptCrawls = { work, byDigest: new Map() };
  const handler: JobHandler = async (job, { signal }) => {
    const turn = payloadOf(turnJob, job);
    const { store } = work;
    const name = turnName(turn, "ask");
    if ((await store.size(turnName(turn, "end"), signal)) !== null) return {};
    const asked = await store.get(name, signal);
    if (asked === null) return {};
    return inCrawl(crawls, turn.crawl, async (crawl) => endedTurn(crawl, turn, turnAskOf(asked), { ...work, signal }));
  };
  return Object.assign(handler, {
    async [Symbol.asyncDispose]() {
      await Promise.all([...crawls.byDigest.values()].map(closed));
      crawls.byDigest.clear();
    },
  });
}

/** Does a turn and puts its end into the store. */
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
    deliver: async (end) => void (await store.put(turnName(job, "end"), turnEndBytes(end))),
  });
  if (urls === null && signal.aborted) throw new PipelineError("interrupted", "the worker was told to stop");
  return { urls: urls ?? 0 };
}

async function inCrawl<T>(crawls: KeptCrawls, digest: string, work: (crawl: OpenedCrawl) => Promise<T>): Promise<T> {
  const { byDigest } = crawls;
  const kept = byDigest.get(digest) ?? { opened: openedCrawl(crawls.work, digest), turns: 0 };
  byDigest.delete(digest);
  byDigest.set(digest, kept);
  kept.turns += 1;
  try {
    return await work(await kept.opened);
  } catch (error) {
    // What could not be opened is opened again for the next turn.
    if (byDigest.get(digest) === kept && !(await isOpen(kept))) byDigest.delete(digest);
    throw error;
  } finally {
    kept.turns -= 1;
    await forgetOldest(byDigest);
  }
}

async function forgetOldest(byDigest: Map<string, KeptCrawl>): Promise<void> {
  const oldest = [...byDigest].slice(0, Math.max(0, byDigest.size - keptCrawls));
  const idle = oldest.filter(([, { turns }]) => turns === 0);
  for (const [digest] of idle) byDigest.delete(digest);
  await Promise.all(idle.map(async ([, kept]) => closed(kept)));
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
  const bytes = await store.get(name);
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
