import { PipelineError } from "../../core/errors.ts";
import type { ConnectToRule } from "../../fetch/connect-to.ts";
import { webOf, type CrawlSettings } from "../../crawl/crawl-settings.ts";
import type { Exchanger } from "../../fetch/fetcher.ts";
import { leasedTurn } from "../../crawl/shared/leased-turn.ts";
import type { PaceOptions } from "../../crawl/politeness.ts";
import type { RedisScripts } from "../../redis/scripts.ts";
import { scopeOf, type ScopeOptions } from "../../url/scope.ts";
import { turnAskOf, turnEndBytes } from "../../crawl/shared/turn-codec.ts";
import type { Requester } from "../../fetch/requester.ts";
import type { JobHandler, JobPayload } from "../../queue/queue.ts";
import type { Store } from "../../store/store.ts";

/** What a `turn` job says; the turn itself lies in the store. */
export interface TurnJob extends JobPayload {
  /** Digest of the settings. */
  readonly crawl: string;
  /** Whose turn: one frontier's, for as long as there is one. */
  readonly run: string;
  readonly lease: number;
  /** Which of its URLs alone; `null` = all. */
  readonly part: number | null;
}

/** Settings of a crawl as they lie in the store, once for all its turns. */
export interface StoredCrawl {
  readonly requester: Requester;
  readonly scope: Omit<ScopeOptions, "seeds"> & { readonly seeds: readonly string[] };
  readonly ports: readonly number[];
  readonly pace: Partial<PaceOptions>;
  readonly connectTo: readonly ConnectToRule[];
  readonly allowPrivate: boolean;
  readonly followSitemaps: boolean;
}

export function crawlName(digest: string): string {
  return `crawls/${digest}`;
}

/** Where all turns of a run lie. */
export function turnsPrefix(run: string): string {
  return `turns/${run}/`;
}

export function turnName({ run, lease, part }: Pick<TurnJob, "run" | "lease" | "part">, what: "ask" | "end"): string {
  return `${turnsPrefix(run)}${lease}${part === null ? "" : `.${part}`}/${what}`;
}

export function settingsOf({ scope, ...rest }: StoredCrawl): CrawlSettings {
  return { ...rest, scope: scopeOf(scope) };
}

export interface TurnWork {
  readonly store: Store;
  readonly scripts: RedisScripts;
  readonly software: string;
  /** See `hostLeaseMs`; the same for all workers of one Redis. */
  readonly leaseMs?: number;
}

/** Does `turn` jobs. Disposed of, it closes its connections to hosts. */
export interface TurnWorker extends AsyncDisposable {
  readonly handler: JobHandler;
}

/** A crawl that this process does turns of: its connections are kept from one turn of a host to the next. */
interface KeptCrawl {
  readonly opened: Promise<OpenedCrawl>;
  /** In hand. */
  turns: number;
}

interface OpenedCrawl {
  readonly settings: CrawlSettings;
  readonly web: Exchanger;
}

const keptCrawls = 4;

/**
 * A host's turn in, its end in the store: what was found, what is to be noted, and the captures. An end that is there already is
 * the answer; a turn that nobody asks for any more is over.
 */
export function turnWorker({ store, scripts, software, leaseMs }: TurnWork): TurnWorker {
  const crawls = new Map<string, KeptCrawl>();

  const inCrawl = async <T>(digest: string, work: (crawl: OpenedCrawl) => Promise<T>): Promise<T> => {
    const kept = crawls.get(digest) ?? { opened: openedCrawl(store, digest, software), turns: 0 };
    crawls.delete(digest);
    crawls.set(digest, kept);
    kept.turns += 1;
    try {
      return await work(await kept.opened);
    } finally {
      kept.turns -= 1;
      await forgetOldest();
    }
  };

  const forgetOldest = async (): Promise<void> => {
    const oldest = [...crawls].slice(0, Math.max(0, crawls.size - keptCrawls));
    const idle = oldest.filter(([, { turns }]) => turns === 0);
    for (const [digest] of idle) crawls.delete(digest);
    await Promise.all(idle.map(async ([, kept]) => closed(kept)));
  };

  return {
    async handler({ payload }, { signal }) {
      const job = payload as TurnJob;
      const isThere = async (what: "ask" | "end"): Promise<boolean> =>
        (await store.size(turnName(job, what), signal)) !== null;
      // In this order: whoever asked takes away the ask first.
      const isOver = async (): Promise<boolean> => (await isThere("end")) || !(await isThere("ask"));
      if (await isThere("end")) return {};
      const asked = await store.get(turnName(job, "ask"), signal);
      if (asked === null) return {};
      return inCrawl(job.crawl, async (crawl) => {
        const parts = { ...crawl, scripts, signal, ...(leaseMs === undefined ? {} : { leaseMs }) };
        const urls = await leasedTurn(turnAskOf(asked), parts, {
          isOver,
          // Also when the worker is to stop: the pages are here.
          deliver: async (end) => void (await store.put(turnName(job, "end"), turnEndBytes(end))),
        });
        if (urls === null && signal.aborted) throw new PipelineError("interrupted", "the worker was told to stop");
        return { urls: urls ?? 0 };
      });
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...crawls.values()].map(closed));
      crawls.clear();
    },
  };
}

/** A crawl that could not be opened has nothing to close. */
async function closed({ opened }: KeptCrawl): Promise<void> {
  const crawl = await opened.catch(() => null);
  await crawl?.web[Symbol.asyncDispose]();
}

async function openedCrawl(store: Store, digest: string, software: string): Promise<OpenedCrawl> {
  const bytes = await store.get(crawlName(digest));
  if (bytes === null) {
    const words = `${store.place} has no crawl ${digest}; give the worker and the crawl the same --store`;
    throw new PipelineError("not-found", words, { digest });
  }
  const stored = JSON.parse(bytes.toString("utf8")) as StoredCrawl;
  const wanted = stored.requester.software;
  if (wanted !== software) {
    const words = `the crawl is one of ${wanted}, this worker is ${software}; start workers of the same version`;
    throw new PipelineError("version-differs", words, { wanted, own: software });
  }
  const settings = settingsOf(stored);
  return { settings, web: webOf(settings) };
}
