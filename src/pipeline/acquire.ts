import type { Outcome } from "../core/records.ts";
import { noteArchiveCopy } from "../ledger/archives.ts";
import type { Ledger } from "../ledger/open.ts";
import {
  copyFromCommonCrawl,
  type CommonCrawlRequest,
  type CopyProgress,
  type CopyReport,
} from "../commoncrawl/copy.ts";
import { localCopies } from "../jobs/copy/local.ts";
import { submitCopies } from "../jobs/copy/submit.ts";
import { commonCrawlFolder, type Corpus } from "../corpus/corpus.ts";
import { crawlCorpus, type CorpusCrawlHooks, type CorpusCrawlReport, type CrawlRequest } from "./crawl.ts";
import { ingestArchives, type IngestProgress, type IngestReport } from "./ingest.ts";
import type { Machines } from "../jobs/machines.ts";
import type { Measurer } from "../jobs/slice/contract.ts";
import { localSlices } from "../jobs/slice/local.ts";
import { submitSlices } from "../jobs/slice/submit.ts";
import { threadPool } from "../measure/thread-pool.ts";

/** Where the archives of a corpus come from. */
export interface AcquirePlan {
  readonly crawl: CrawlRequest | null;
  /** What to copy from Common Crawl. */
  readonly copies?: CommonCrawlRequest | null;
  /** Archives of other people. */
  readonly archives: readonly string[];
  /** Measure what was archived and write it into the ledger. */
  readonly ingest: boolean;
  readonly workers: number;
  /** Whose workers do the work; `null`: threads of this process. */
  readonly machines: Machines | null;
}

export interface AcquireReport {
  readonly crawl: CorpusCrawlReport | null;
  readonly copies: CopyReport | null;
  /** `null` when there was nothing to ingest, or it was not wanted. */
  readonly ingest: IngestReport | null;
  readonly interrupted: boolean;
}

export interface AcquireHooks {
  readonly onCrawl: CorpusCrawlHooks["onProgress"];
  readonly onCopy: (progress: CopyProgress) => void;
  readonly onIngest: (progress: IngestProgress) => void;
}

/**
 * Crawls and copies, and takes archives into the ledger: those of the crawl and copies as each is whole, then the given
 * ones. All of it goes on where it was stopped. The caller holds the corpus's lock.
 */
export async function acquire(
  corpus: Corpus,
  ledgers: readonly Ledger[],
  plan: AcquirePlan,
  software: string,
  signal: AbortSignal,
  hooks: AcquireHooks,
): Promise<AcquireReport> {
  await using measurer = measurerOf(plan, software, signal);
  const early: IngestReport[] = [];
  const measuring = inBackground(signal, async (path, either) => {
    if (plan.ingest) early.push(await ingestArchives(corpus, ledgers, measurer, [path], either, () => undefined));
  });
  let crawl: CorpusCrawlReport | null = null;
  let copies: CopyReport | null = null;
  try {
    const { add: onArchive, signal: either } = measuring;
    if (plan.crawl !== null) {
      const { machines } = plan;
      const shared = machines === null ? null : { ...machines, scripts: machines.redis.scripts };
      const crawlHooks = { onArchive, onProgress: hooks.onCrawl };
      crawl = await crawlCorpus(corpus, plan.crawl, software, either, crawlHooks, shared);
    }
    if (plan.copies) {
      const folder = commonCrawlFolder(corpus);
      const onCopied = ({ path }: { readonly path: string }): void => onArchive(path);
      const { copies: request, machines } = plan;
      copies = await copyFromCommonCrawl(request, folder, either, onCopied, hooks.onCopy, (source) =>
        machines === null
          ? localCopies(source, folder)
          : submitCopies({ ...machines, access: request.access, software, folder }),
      );
    }
  } finally {
    await measuring.done();
  }
  const copied = copies?.archives ?? [];
  const paths = [...(crawl?.archives ?? []), ...copied.map(({ path }) => path), ...plan.archives];
  if (signal.aborted || !plan.ingest || paths.length === 0)
    return { crawl, copies, ingest: null, interrupted: signal.aborted };
  const { document, duplicate, skipped, failed } = outcomesOf(early);
  const captures = document + duplicate + skipped + failed;
  const rest = await ingestArchives(corpus, ledgers, measurer, paths, signal, (seen) =>
    hooks.onIngest({ ...seen, captures: seen.captures + captures, documents: seen.documents + document }),
  );
  for (const { path, whole } of copied) {
    if (whole !== null) for (const ledger of ledgers) noteArchiveCopy(ledger, path, whole.crawl, whole.file);
  }
  return { crawl, copies, ingest: withEarlier(rest, early), interrupted: rest.interrupted };
}

/** Slices that many machines may have in hand for one collector; their results are small, their order is kept here. */
const slicesUnderWay = 256;

function measurerOf({ machines, workers }: AcquirePlan, software: string, signal: AbortSignal): Measurer {
  if (machines === null) return localSlices(threadPool(workers, software));
  return submitSlices({ ...machines, software, window: slicesUnderWay, signal });
}

/** What was measured beside the crawl belongs to this run too. */
function withEarlier(rest: IngestReport, early: readonly IngestReport[]): IngestReport {
  return {
    ...rest,
    alreadyRead: rest.alreadyRead - early.filter(({ slices }) => slices > 0).length,
    slices: early.reduce((sum, { slices }) => sum + slices, rest.slices),
    problems: early.reduce((sum, { problems }) => sum + problems, rest.problems),
    outcomes: outcomesOf([...early, rest]),
    damaged: [...early.flatMap(({ damaged }) => damaged), ...rest.damaged],
    failures: [...early.flatMap(({ failures }) => failures), ...rest.failures],
  };
}

function outcomesOf(reports: readonly IngestReport[]): Record<Outcome, number> {
  const sum = (outcome: Outcome): number => reports.reduce((all, { outcomes }) => all + outcomes[outcome], 0);
  return {
    document: sum("document"),
    duplicate: sum("duplicate"),
    skipped: sum("skipped"),
    failed: sum("failed"),
  };
}

interface Background {
  readonly add: (path: string) => void;
  /** Aborted with the caller's, and when the work fails: then `done` rejects. */
  readonly signal: AbortSignal;
  readonly done: () => Promise<void>;
}

/** Does the work for one path after the other, beside whatever else is done. */
function inBackground(signal: AbortSignal, work: (path: string, signal: AbortSignal) => Promise<void>): Background {
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  let last: Promise<void> = Promise.resolve();
  return {
    signal: either,
    add(path) {
      last = last.then(() => work(path, either));
      last.catch(() => failed.abort());
    },
    done: () => last,
  };
}
