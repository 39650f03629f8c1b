import type { ExitName } from "../core/errors.ts";
import type { Corpus } from "../corpus/corpus.ts";
import type { SharedServers } from "../jobs/machines.ts";
import type { PublishRunners } from "../jobs/runners.ts";
import type { Ledger } from "../ledger/open.ts";
import type { Sources } from "../pipeline/acquire.ts";
import type { CorpusReport, makeCorpus } from "../pipeline/recipe.ts";
import { openCollector } from "./collector.ts";
import type { Io } from "./command.ts";
import {
  crawlInWords,
  sayMixedBuilds,
  sayRecovery,
  sayWarnings,
  copyDisplay,
  copyFaults,
  copyInWords,
  damageInWords,
  ingestDisplay,
  ingestInWords,
  publishedInWords,
  bytesInWords,
  progressDisplay,
} from "./report.ts";
import { printable, writeLine } from "./write-line.ts";

export interface MakeCorpusCommand {
  readonly corpus: Corpus;
  readonly sources: Sources;
  readonly ingest: boolean;
  /** Measure again what another build measured: of the archives of `sources`, or of all when there are none; left out: no. */
  readonly remeasure?: boolean;
  readonly publish: boolean;
  readonly workers: number;
  /** Where the work is handed to; `null`: it is done here. */
  readonly servers: SharedServers | null;
  readonly json: boolean;
}

/** Acquires, measures, decides and publishes, and says what was done: what `crawl`, `ingest` and `run` have in common. */
export async function makeCorpusCommand(command: MakeCorpusCommand, io: Io): Promise<ExitName> {
  const { ensurePolicy } = await import("../corpus/policy-file.ts");
  const { removeUnfinished } = await import("../corpus/corpus.ts");
  const { makeCorpus } = await import("../pipeline/recipe.ts");
  const { softwareVersion } = await import("../corpus/software.ts");
  const { openPartitions } = await import("../ledger/partitions.ts");

  const { corpus, json, ingest, remeasure = false, workers, sources } = command;
  const policy = await ensurePolicy(corpus.policyPath);
  // The process that holds the locks of the ledger is alone with the frontier and the archives too.
  using ledgers = openPartitions(corpus.ledgerPaths, { mode: "write" });
  removeUnfinished(corpus);
  await using collector = await openCollector(command.servers, corpus, io);
  const { machines, signal } = collector;
  using progress = progressDisplay(io, json && !io.terminal);
  const run = { corpus, ledgers: ledgers.all, software: softwareVersion(), remeasure, signal };
  const runners = async (): Promise<PublishRunners> => collector.runners(ledgers.all);
  const recipe = { sources, ingest, policy: command.publish ? policy : null, workers, machines, runners };
  let faults: readonly string[] = [];
  const report = await makeCorpus(run, recipe, {
    onCrawl: ({ done, failed, bytes, activeHosts }, waiting) => {
      const words = `${done} fetched, ${failed} failed, ${bytesInWords(bytes)}, ${activeHosts} hosts at work`;
      progress.show("crawl", done, done + waiting, words);
    },
    onCopy: copyDisplay(progress),
    onIngest: ingestDisplay(progress),
    onIngested: (ingested) => {
      faults = sayFaults(ingested, io);
    },
    onPublish: (step, at, of) => progress.show(step, at, of, `${at} of ${of}`),
  });
  progress[Symbol.dispose]();
  collector.check();
  if (report.published !== null) sayMixedBuilds(report.published, io);
  sayWarnings(report.published?.warnings ?? [], io);
  if (json) {
    const { user, system } = process.cpuUsage();
    await writeLine(io.out, JSON.stringify({ ...report, broken: collector.broken, cpuSeconds: (user + system) / 1e6 }));
  } else await writeLine(io.out, printable((await inWords(corpus, ledgers.all, report)).join("\n")));
  if (report.interrupted) return "interrupted";
  return faults.length > 0 ? "badInput" : "ok";
}

type MadeCorpus = Awaited<ReturnType<typeof makeCorpus>>;

/** What was wrong with the input, each in one line. */
function sayFaults({ crawl, copies, ingest }: CorpusReport, io: Io): readonly string[] {
  if (crawl !== null) sayRecovery(crawl, io);
  const faults = copies === null ? [] : copyFaults(copies);
  if (ingest !== null)
    faults.push(...ingest.failures.map(({ message }) => message), ...ingest.damaged.map(damageInWords));
  for (const fault of faults) io.err.write(`colophon: ${printable(fault)}\n`);
  return faults;
}

async function inWords(corpus: Corpus, ledgers: readonly Ledger[], report: MadeCorpus): Promise<string[]> {
  const { archiveTotals } = await import("../ledger/archives.ts");
  const { crawl, copies, ingest, published } = report;
  const lines: string[] = [];
  if (crawl !== null) {
    const { crawlStatus } = await import("../corpus/crawl-status.ts");
    lines.push(...crawlInWords(crawl, crawlStatus(corpus)?.blocked ?? {}));
  }
  if (copies !== null) lines.push(...copyInWords(copies));
  if (ingest !== null) lines.push(...ingestInWords(ingest, archiveTotals(ledgers)));
  if (report.interrupted) lines.push("Stopped. Run the same command again to go on.");
  else if (published !== null) lines.push(publishedInWords(published, corpus.folder));
  return lines;
}
