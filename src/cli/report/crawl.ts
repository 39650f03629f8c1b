import type { CorpusCrawlReport } from "../../pipeline/crawl.ts";
import type { Io } from "../command.ts";
import { bytesInWords } from "../progress.ts";

/** What was fetched now, how far the crawl is in all, and the reasons met most often. */
export function crawlInWords(report: CorpusCrawlReport, blocked: Readonly<Record<string, number>>): string[] {
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

/** Says on standard error what a crawl that did not end by itself left behind. */
export function sayRecovery({ recovery: { turns, archiveBytes } }: CorpusCrawlReport, io: Io): void {
  if (turns === 0 && archiveBytes === 0) return;
  io.err.write(
    `colophon: the last crawl did not end by itself: ${turns} hosts were being asked, ${archiveBytes} bytes not yet acknowledged were cut off; what they were for was fetched again, nothing else\n`,
  );
}
