import type { CommonCrawl } from "../commoncrawl/access.ts";
import {
  copyFromCommonCrawl,
  type CopyOne,
  type CommonCrawlRequest,
  type CopyProgress,
  type CopyReport,
} from "../commoncrawl/copy.ts";
import { commonCrawlFolder } from "../corpus/corpus.ts";
import { localCopies } from "../jobs/copy/local.ts";
import { submitCopies } from "../jobs/copy/submit.ts";
import type { Machines } from "../jobs/machines.ts";
import { crawlCorpus, type CorpusCrawlHooks, type CorpusCrawlReport, type CrawlRequest } from "./crawl.ts";
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
 * Crawls and copies until every source lies in archives. Goes on where an earlier run stopped.
 * @param machines whose workers ask the hosts and copy; `null`: this process
 * @param hooks `onArchive` is called with each archive as soon as it is whole
 */
export async function acquire(
  { corpus, software, signal }: Run,
  sources: Sources,
  machines: Machines | null,
  hooks: AcquireHooks & Pick<CorpusCrawlHooks, "onArchive">,
): Promise<Acquired> {
  let crawl: CorpusCrawlReport | null = null;
  if (sources.crawl !== null) {
    const shared = machines === null ? null : { ...machines, scripts: machines.redis.scripts };
    const crawlHooks = { onArchive: hooks.onArchive, onProgress: hooks.onCrawl };
    crawl = await crawlCorpus(corpus, sources.crawl, software, signal, crawlHooks, shared);
  }
  let copies: CopyReport | null = null;
  if (sources.copies !== null) {
    const folder = commonCrawlFolder(corpus);
    const onCopied = ({ path }: { readonly path: string }): void => hooks.onArchive(path);
    const { access } = sources.copies;
    const copyOneWith = (source: CommonCrawl): CopyOne =>
      machines === null ? localCopies(source, folder) : submitCopies({ ...machines, access, software, folder });
    const copying = { folder, signal, onArchive: onCopied, onProgress: hooks.onCopy, copyOneWith };
    copies = await copyFromCommonCrawl(sources.copies, copying);
  }
  const copied = copies?.archives.map(({ path }) => path) ?? [];
  return { crawl, copies, archives: [...(crawl?.archives ?? []), ...copied, ...sources.archives] };
}
