import type { ExitName } from "../core/errors.ts";
import type { CommonCrawlRequest } from "../commoncrawl/copy.ts";
import type { Corpus } from "../corpus/corpus.ts";
import type { CorpusCrawlReport, CrawlRequest } from "../pipeline/crawl.ts";
import type { MeetingPlace } from "../jobs/machines.ts";
import type { Io } from "./command.ts";
import { openCollector } from "./collector.ts";
import { copyDisplay, copyFaults, copyInWords } from "./report/copy.ts";
import { damageInWords, ingestDisplay, ingestInWords } from "./report/ingest.ts";
import { bytesInWords, progressDisplay } from "./progress.ts";
import { publishedInWords } from "./report/publish.ts";
import { printable, writeLine } from "./write-line.ts";

export interface AcquireCommand {
  readonly corpus: Corpus;
  readonly crawl: CrawlRequest | null;
  readonly copies?: CommonCrawlRequest | null;
  readonly archives: readonly string[];
  readonly ingest: boolean;
  readonly publish: boolean;
  readonly workers: number;
  /** Where the work is handed to; `null`: it is done here. */
  readonly place: MeetingPlace | null;
  readonly json: boolean;
}

/** Gathers, measures, decides and publishes, and says what came of it: what `crawl`, `ingest` and `run` have in common. */
export async function acquireCommand(command: AcquireCommand, io: Io): Promise<ExitName> {
  const { ensurePolicy } = await import("../corpus/policy-file.ts");
  const { removeUnfinished } = await import("../corpus/corpus.ts");
  const { acquire } = await import("../pipeline/acquire.ts");
  const { publishCorpus } = await import("../pipeline/publish.ts");
  const { softwareVersion } = await import("../corpus/software.ts");
  const { openPartitions } = await import("../ledger/partitions.ts");
  const { archiveTotals } = await import("../ledger/archives.ts");

  const { corpus, json } = command;
  const policy = await ensurePolicy(corpus.policyPath);
  // Whoever holds the locks of the ledger is alone with the frontier and the archives too.
  using ledgers = openPartitions(corpus.ledgerPaths, { mode: "write" });
  removeUnfinished(corpus);
  await using collector = await openCollector(command.place, corpus, io);
  const { machines, signal } = collector;
  const run = { corpus, ledgers: ledgers.all, software: softwareVersion(), signal };
  using progress = progressDisplay(io, json && !io.terminal);
  const report = await acquire(
    run,
    { ...command, machines },
    {
      onCrawl: ({ done, failed, bytes, activeHosts }, waiting) => {
        const words = `${done} fetched, ${failed} failed, ${bytesInWords(bytes)}, ${activeHosts} hosts at work`;
        progress.show("crawl", done, done + waiting, words);
      },
      onCopy: copyDisplay(progress),
      onIngest: ingestDisplay(progress),
    },
  );
  if (report.crawl !== null) sayRecovery(report.crawl, io);
  const { copies, ingest } = report;
  const faults = copies === null ? [] : copyFaults(copies);
  if (ingest !== null)
    faults.push(...ingest.failures.map(({ message }) => message), ...ingest.damaged.map(damageInWords));
  for (const fault of faults) io.err.write(`colophon: ${printable(fault)}\n`);
  const publishes = !report.interrupted && ingest !== null && command.publish;
  const published = publishes
    ? await publishCorpus(
        run,
        policy,
        (label, at, of) => progress.show(label, at, of, `${at} of ${of}`),
        await collector.runners(ledgers.all),
      )
    : null;
  progress[Symbol.dispose]();
  collector.check();
  if (json) {
    const { user, system } = process.cpuUsage();
    await writeLine(io.out, JSON.stringify({ ...report, published, cpuSeconds: (user + system) / 1e6 }));
  } else {
    const { crawlStatus } = await import("../corpus/crawl-status.ts");
    const lines = report.crawl === null ? [] : crawlInWords(report.crawl, crawlStatus(corpus)?.blocked ?? {});
    if (copies !== null) lines.push(...copyInWords(copies));
    if (ingest !== null) lines.push(...ingestInWords(ingest, archiveTotals(ledgers.all)));
    if (report.interrupted) lines.push("Stopped. Run the same command again to go on.");
    else if (published !== null) lines.push(publishedInWords(published, corpus.folder));
    await writeLine(io.out, printable(lines.join("\n")));
  }
  if (report.interrupted) return "interrupted";
  return faults.length > 0 ? "badInput" : "ok";
}

/** What was fetched now, how far the crawl is in all, and the reasons met most often. */
function crawlInWords(report: CorpusCrawlReport, blocked: Readonly<Record<string, number>>): string[] {
  const { progress, counts, archives } = report;
  const { waiting, done, refused, failed } = counts.urls;
  const lines = [
    `Crawl       ${progress.done} fetched now, ${bytesInWords(progress.bytes)}; ${progress.refused} refused, ${progress.failed} failed, ${progress.retry} to be tried again`,
    `Frontier    ${counts.hosts} hosts: ${done} pages visited, ${waiting} waiting, ${refused} refused, ${failed} failed${counts.spent === null ? "" : `; ${counts.spent} used up`}`,
  ];
  for (const [reason, hosts] of Object.entries(blocked)) {
    lines.push(
      `Left alone  ${hosts} hosts: ${reason}${reason.includes("ssrf") ? " (an address of this machine or of a private network; --allow-private asks it)" : ""}`,
    );
  }
  const reasons = [
    ...counts.reasons.map(({ state, reason, urls }) => [urls, `${state}: ${reason}`] as const),
    ...counts.refusedLinks.map(
      ({ reason, links, example }) => [links, `links: ${reason}, such as ${example}`] as const,
    ),
  ];
  for (const [count, words] of reasons.toSorted(([a], [b]) => b - a).slice(0, 10)) {
    lines.push(`            ${String(count).padStart(7)}  ${words}`);
  }
  if (report.recrawled > 0) lines.push(`Again       ${report.recrawled} pages were due for another visit`);
  lines.push(`Archived    ${archives.length} files${archives.length === 0 ? "" : `, the last ${archives.at(-1)}`}`);
  return lines;
}

function sayRecovery({ recovery: { turns, archiveBytes } }: CorpusCrawlReport, io: Io): void {
  if (turns === 0 && archiveBytes === 0) return;
  io.err.write(
    `colophon: the last crawl did not end by itself: ${turns} hosts were being asked, ${archiveBytes} bytes not yet acknowledged were cut off; what they were for was fetched again, nothing else\n`,
  );
}
