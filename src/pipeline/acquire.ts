import type { CommonCrawl } from "../commoncrawl/access.ts";
import type { CopyOne, CommonCrawlRequest, CopyProgress, CopyReport } from "../commoncrawl/copy.ts";
import { commonCrawlFolder } from "../corpus/corpus.ts";
import { submitCopies } from "../jobs/copy/submit.ts";
import type { Machines } from "../jobs/machines.ts";
import type { CorpusCrawlHooks, CorpusCrawlReport, CrawlRequest } from "./crawl.ts";
import type { Run } from "./run.ts";

/** Where the archives of a corpus come from. */
export interface Sources {
  /** What to crawl. */
  readonly crawl: CrawlRequest | null;
  /** What to copy from Common Crawl. */
  readonly copies: CommonCrawlRequest | null;
  /** Paths of archives that are there already. */
  readonly archives: readonly string[];
}

export interface Acquired {
  readonly crawl: CorpusCrawlReport | null;
  readonly copies: CopyReport | null;
  /** Paths of all archives: of the crawl, then of the copies, then those that were there. */
  readonly archives: readonly string[];
}

export interface AcquireHooks {
  readonly onCrawl: CorpusCrawlHooks["onProgress"];
  readonly onCopy: (progress: CopyProgress) => void;
}

/**
 * Crawls and copies until every source is in archives. Goes on where an earlier run stopped.
 * @param machines whose workers ask the hosts and copy; `null`: this process
 * @param hooks `onArchive` is called with each archive as soon as it is whole
 */
export async function acquire(
  run: Run,
  sources: Sources,
  machines: Machines | null,
  hooks: AcquireHooks & Pick<CorpusCrawlHooks, "onArchive">,
): Promise<Acquired> {
  const crawl = sources.crawl === null ? null : await crawled(run, sources.crawl, machines, hooks);
  const copies = sources.copies === null ? null : await copied(run, sources.copies, machines, hooks);
  const copiedPaths = copies?.archives.map(({ path }) => path) ?? [];
  return { crawl, copies, archives: [...(crawl?.archives ?? []), ...copiedPaths, ...sources.archives] };
}

// The crawler and the copier are loaded only when they are asked for: archives that are there need neither.

async function crawled(
  { corpus, software, signal }: Run,
  request: CrawlRequest,
  machines: Machines | null,
  { onArchive, onCrawl }: Pick<AcquireHooks, "onCrawl"> & Pick<CorpusCrawlHooks, "onArchive">,
): Promise<CorpusCrawlReport> {
  const { crawlCorpus } = await import("./crawl.ts");
  const shared = machines === null ? null : { ...machines, scripts: machines.redis.scripts };
  return crawlCorpus({ corpus, software, signal }, request, { onArchive, onProgress: onCrawl }, shared);
}

async function copied(
  { corpus, software, signal }: Run,
  request: CommonCrawlRequest,
  machines: Machines | null,
  { onArchive, onCopy }: Pick<AcquireHooks, "onCopy"> & Pick<CorpusCrawlHooks, "onArchive">,
): Promise<CopyReport> {
  const { copyFromCommonCrawl } = await import("../commoncrawl/copy.ts");
  const { localCopies } = await import("../jobs/copy/local.ts");
  const folder = commonCrawlFolder(corpus);
  const { access } = request;
  const copyOneWith = (source: CommonCrawl): CopyOne =>
    machines === null ? localCopies(source, folder) : submitCopies({ ...machines, access, software, folder });
  return copyFromCommonCrawl(request, {
    folder,
    signal,
    onArchive: ({ path }) => onArchive(path),
    onProgress: onCopy,
    copyOneWith,
  });
}
