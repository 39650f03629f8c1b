import { MultiBar, Presets, type SingleBar } from "cli-progress";

import { onceEvery } from "../async/throttle.ts";
import type { CopyProgress, CopyReport } from "../commoncrawl/copy.ts";
import type { PolicyWarning } from "../corpus/policy-warning.ts";
import type { ArchiveTotals } from "../ledger/archives.ts";
import type { CorpusCrawlReport } from "../pipeline/crawl.ts";
import type { Damage, IngestProgress, IngestReport } from "../pipeline/ingest.ts";
import type { PublishReport } from "../pipeline/publish.ts";
import type { Io } from "./command.ts";
import { oneLine, printable } from "./write-line.ts";

/** Tells how far the copying has come: first what an index has named, then which files are done. */
export function copyDisplay(progress: Progress): (seen: CopyProgress) => void {
  return ({ done, groups, bytes, records, words }) => {
    if (groups === 0) progress.show("select", 0, 1, printable(`${records} records selected, ${words}`));
    else progress.show("copy", done, groups, printable(`${done} of ${groups} files, ${bytesInWords(bytes)}, ${words}`));
  };
}

/** Records named one by one before the rest is only counted. */
const namedRefusals = 20;

/** Every file that could not be copied, and the first of the records that were refused. */
export function copyFaults({ refused, failures }: CopyReport): string[] {
  const named = refused
    .slice(0, namedRefusals)
    .map(
      ({ reason, detail, url, file, offset }) =>
        `not copied, ${reason}: ${url ?? file ?? "a row of the index"}${offset === null ? "" : ` (byte ${offset} of ${file})`}: ${detail}`,
    );
  const rest = refused.length - named.length;
  return [
    ...failures.map(({ message }) => message),
    ...named,
    ...(rest > 0 ? [`${rest} more records were not copied; --json names them all`] : []),
  ];
}

export function copyInWords({
  groups,
  records,
  bytes,
  fetchedBytes,
  refused,
  failures,
  archives,
}: CopyReport): string[] {
  const reasons = Map.groupBy(refused, ({ reason }) => reason);
  const counts = [...reasons].map(([reason, all]) => `${all.length} ${reason}`).join(", ");
  return [
    `Copied      ${records === 0 ? "" : `${records} records of `}${groups} files into ${archives.length} archives, ${bytesInWords(bytes)}; ${bytesInWords(fetchedBytes)} fetched now`,
    ...(refused.length === 0 ? [] : [`Not copied  ${refused.length} records: ${counts}`]),
    ...(failures.length === 0 ? [] : [`Not copied  ${failures.length} files`]),
  ];
}

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
  if (report.recrawl !== null) lines.push(...recrawlInWords(report.recrawl));
  lines.push(`Archived    ${archives.length} files${archives.length === 0 ? "" : `, the last ${archives.at(-1)}`}`);
  return lines;
}

/** What became of the pages that were due for another visit. */
function recrawlInWords(counts: NonNullable<CorpusCrawlReport["recrawl"]>): string[] {
  const { due, changed, unchanged, gone, refused, failed, optedOut, added } = counts;
  const waiting = due - changed - unchanged - gone - refused - failed;
  return [
    `Again       ${due} pages were due for another visit: ${changed} changed, ${unchanged} unchanged, ${gone} gone, ${refused} refused, ${failed} failed, ${waiting} still to be visited`,
    `            ${optedOut} of them newly opted out; ${added} new pages`,
  ];
}

/** Says on standard error what a crawl that did not end by itself left behind. */
export function sayRecovery({ recovery: { turns, archiveBytes } }: CorpusCrawlReport, io: Io): void {
  if (turns === 0 && archiveBytes === 0) return;
  io.err.write(
    `colophon: the last crawl did not end by itself: ${turns} hosts were being asked, ${archiveBytes} bytes not yet acknowledged were cut off; what they were for was fetched again, nothing else\n`,
  );
}

/** Tells how far an ingest has come; the rate is that of records since it began. */
export function ingestDisplay(progress: Progress): (seen: IngestProgress) => void {
  const startedMs = performance.now();
  return ({ path, doneBytes, totalBytes, records, captures, documents }) => {
    const rate = records / Math.max(0.5, (performance.now() - startedMs) / 1000);
    const name = path.split("/").pop() ?? path;
    const words = `${rate.toFixed(0)} records/s, ${captures} captures, ${documents} documents, ${name}`;
    progress.show("measure", doneBytes, totalBytes, printable(words));
  };
}

/** What is wrong with an archive, in one sentence. */
export function damageInWords({ path, places, lostBytes, first }: Damage): string {
  if (places === 0) return `${path}: ${first}`;
  return `${path}: ${lostBytes} bytes in ${places === 1 ? "one place" : `${places} places`} are in no record; first, ${first}`;
}

/** What an ingest brought, and what the ledger holds now; a line each. */
export function ingestInWords(report: IngestReport, archives: readonly ArchiveTotals[]): string[] {
  const sum = (of: (archive: ArchiveTotals) => number): number =>
    archives.reduce((total, archive) => total + of(archive), 0);
  const { document, duplicate, skipped, failed } = report.outcomes;
  const again = report.alreadyRead === 0 ? "" : `, ${report.alreadyRead} read before`;
  const lines = [
    `Archives    ${report.archives} given${again}${report.failures.length === 0 ? "" : `, ${report.failures.length} unreadable`}`,
    `This run    ${document + duplicate + skipped + failed} captures: ${document} documents, ${duplicate} duplicates, ${skipped} skipped, ${failed} failed`,
    `Corpus      ${archives.length} archives, ${bytesInWords(sum(({ bytes }) => bytes))}: ${sum(({ recordBytes }) => recordBytes)} bytes in records, ${sum(({ lostBytes }) => lostBytes)} lost`,
  ];
  if (report.problems > 0) {
    lines.push(
      `Problems    ${report.problems} in records that could be read; \`colophon query "SELECT * FROM problems"\` lists them`,
    );
  }
  return lines;
}

/** What in a policy was probably meant otherwise, each in one line; in JSON it is in the report as well. */
export function sayWarnings(warnings: readonly PolicyWarning[], io: Io): void {
  for (const { message } of warnings) io.err.write(`colophon: warning: ${oneLine(message)}\n`);
}

/** The end of a run for people: how many documents were kept, why the others were not, and the root. */
export function publishedInWords({ funnel, clusters, root }: PublishReport, folder: string): string {
  const reasons = Object.entries(funnel.refusedReasons).toSorted(([, a], [, b]) => b - a);
  const lines = [
    `Documents   ${funnel.outcomes.document}: ${funnel.kept} kept, ${funnel.refused} refused by the policy (one may have several reasons)`,
    ...reasons.slice(0, 8).map(([reason, count]) => `            ${String(count).padStart(7)}  ${reason}`),
    `Clusters    ${clusters} of duplicates or near-duplicates`,
    `Manifest    ${folder}/manifest`,
    `Root        ${root}`,
  ];
  return printable(lines.join("\n"));
}

/** Says on standard error that documents of a corpus were not all measured alike. */
export function sayMixedBuilds({ builds }: Pick<PublishReport, "builds">, io: Io): void {
  if (builds.length < 2) return;
  const shares = builds.map(({ build, documents }) => `${documents} by ${build ?? "one that was not recorded"}`);
  io.err.write(
    `colophon: documents were measured by ${builds.length} builds, ${shares.join(", ")}; the manifest names those of its rows, and \`colophon ingest --remeasure\` measures all alike\n`,
  );
}

/** A display of long work: a bar on a terminal, a line now and then elsewhere. */
export interface Progress extends Disposable {
  /** @param done and `total` in the same unit; `words` is what comes after the bar, short */
  readonly show: (label: string, done: number, total: number, words: string) => void;
}

/** Plain lines come at most this often. */
const lineEveryMs = 5_000;

/** @param quiet shows nothing at all */
export function progressDisplay(io: Io, quiet: boolean): Progress {
  if (quiet) return { show: () => undefined, [Symbol.dispose]: () => undefined };
  return io.terminal ? barDisplay(io) : lineDisplay(io);
}

function barDisplay(io: Io): Progress {
  const bars = new MultiBar(
    {
      stream: io.err,
      format: "{label} [{bar}] {percentage}% | {words}{left}",
      hideCursor: true,
      clearOnComplete: false,
      gracefulExit: false,
    },
    Presets.legacy,
  );
  const byLabel = new Map<string, { readonly bar: SingleBar; readonly startedMs: number }>();
  return {
    show(label, done, total, words) {
      const known = byLabel.get(label) ?? {
        bar: bars.create(total, 0, { label: label.padEnd(8), words, left: "" }),
        startedMs: performance.now(),
      };
      byLabel.set(label, known);
      known.bar.setTotal(total);
      known.bar.update(done, { words, left: leftInWords(known.startedMs, done, total) });
    },
    [Symbol.dispose]: () => bars.stop(),
  };
}

function lineDisplay(io: Io): Progress {
  const startedMs = new Map<string, number>();
  const isDue = onceEvery(lineEveryMs);
  return {
    show(label, done, total, words) {
      if (!isDue(label) && done !== total) return;
      const nowMs = performance.now();
      if (!startedMs.has(label)) startedMs.set(label, nowMs);
      const percent = total === 0 ? 100 : (done / total) * 100;
      const left = leftInWords(startedMs.get(label) ?? nowMs, done, total);
      io.err.write(`${label}: ${percent.toFixed(0)} %, ${words}${left}\n`);
    },
    [Symbol.dispose]: () => undefined,
  };
}

/** `, about 3 min left`; nothing while too little is done to tell. */
function leftInWords(startedMs: number, done: number, total: number): string {
  const share = total === 0 ? 1 : done / total;
  const elapsedS = (performance.now() - startedMs) / 1000;
  if (share < 0.02 || share >= 1 || elapsedS < 1) return "";
  const leftS = (elapsedS / share) * (1 - share);
  if (leftS < 90) return `, about ${Math.ceil(leftS)} s left`;
  return leftS < 5400 ? `, about ${Math.round(leftS / 60)} min left` : `, about ${Math.round(leftS / 3600)} h left`;
}

/** `12.3 MB`, for people. */
export function bytesInWords(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step] ?? "B"}`;
}
