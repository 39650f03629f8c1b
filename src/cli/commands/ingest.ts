import type { ExitName } from "../../core/errors.ts";
import type { ArchiveTotals } from "../../ledger/archives.ts";
import type { Damage, IngestProgress, IngestReport } from "../../pipeline/ingest.ts";
import type { PublishReport } from "../../pipeline/publish.ts";
import type { Command, CommandInput, Io } from "../command.ts";
import { corpusOption, jsonOption, textOf, wholeNumberOf } from "../options.ts";
import { bytesInWords, progressDisplay, type Progress } from "../progress.ts";
import { publishedInWords } from "../published-in-words.ts";
import { printable, writeLine } from "../write-line.ts";

export const ingest: Command = {
  name: "ingest",
  summary: "Take WARC, ARC or WET files the whole way to a manifest",
  description:
    "Reads archives where they lie, measures every capture, records it in the ledger, finds duplicates, decides by the policy and publishes the manifest. The first use makes the corpus folder with a commented corpus.yaml and policy.yaml. Stop it at any time; the same command goes on where it stopped and reads no finished slice again.",
  arguments: [{ name: "<file...>", description: "archives: .warc, .warc.gz, .warc.zst, .arc, .arc.gz, .wet.gz" }],
  options: [
    corpusOption,
    { flags: "--workers <n>", description: "worker threads", default: "auto" },
    { flags: "--no-publish", description: "stop when the archives are in the ledger" },
    jsonOption,
  ],
  examples: [
    { line: "colophon ingest crawl-*.warc.gz --corpus my-corpus", says: "from archives to my-corpus/manifest" },
    {
      line: "colophon ingest more.warc.gz --corpus my-corpus",
      says: "adds an archive; what is there is not read again",
    },
  ],
  async run({ args, options }: CommandInput, io: Io): Promise<ExitName> {
    const { availableParallelism } = await import("node:os");
    const { openCorpus, removeUnfinished } = await import("../../pipeline/corpus.ts");
    const { ensurePolicy } = await import("../../pipeline/policy-file.ts");
    const { ingestArchives } = await import("../../pipeline/ingest.ts");
    const { publishCorpus } = await import("../../pipeline/publish.ts");
    const { threadPool } = await import("../../pipeline/thread-pool.ts");
    const { softwareVersion } = await import("../../pipeline/software.ts");
    const { openLedger } = await import("../../ledger/open.ts");
    const { archiveTotals } = await import("../../ledger/archives.ts");

    const corpus = await openCorpus(textOf(options, "corpus"), true);
    const policy = await ensurePolicy(corpus.policyPath);
    const stated = corpus.config.workers ?? "auto";
    const auto = stated === "auto" ? availableParallelism() : stated;
    const workers = options["workers"] === "auto" ? auto : wholeNumberOf(options, "workers", 1, 1024);
    const json = options["json"] === true;

    using ledger = openLedger(corpus.ledgerPath, { mode: "write" });
    removeUnfinished(corpus);
    using progress = progressDisplay(io, json && !io.terminal);
    const report = await (async () => {
      await using pool = threadPool(workers, softwareVersion());
      // Awaited here: the pool is disposed of at the end of this function, not at that of the work.
      return await ingestArchives(corpus, ledger, pool, args, io.signal, ingestDisplay(progress));
    })();
    const faults = [...report.failures.map(({ message }) => message), ...report.damaged.map(damageInWords)];
    for (const fault of faults) io.err.write(`colophon: ${printable(fault)}\n`);

    const done = !report.interrupted && options["publish"] !== false;
    const published = done
      ? await publishCorpus(corpus, ledger, policy, softwareVersion(), io.signal, (label, at, of) =>
          progress.show(label, at, of, `${at} of ${of}`),
        )
      : null;
    progress[Symbol.dispose]();
    const archives = archiveTotals(ledger);
    if (json) await writeLine(io.out, JSON.stringify({ ...report, archiveTotals: archives, published }));
    else await writeLine(io.out, summaryOf(report, archives, published, textOf(options, "corpus")));
    if (report.interrupted) return "interrupted";
    return faults.length > 0 ? "badInput" : "ok";
  },
};

/** Tells how far an ingest has come; the rate is that of records since it began. */
function ingestDisplay(progress: Progress): (seen: IngestProgress) => void {
  const startedMs = performance.now();
  return ({ phase, path, doneBytes, totalBytes, records, captures, documents }) => {
    if (phase === "register") return;
    const rate = records / Math.max(0.5, (performance.now() - startedMs) / 1000);
    const name = path.split("/").pop() ?? path;
    const words = `${rate.toFixed(0)} records/s, ${captures} captures, ${documents} documents, ${name}`;
    progress.show("measure", doneBytes, totalBytes, printable(words));
  };
}

function damageInWords({ path, places, lostBytes, first }: Damage): string {
  if (places === 0) return `${path}: ${first}`;
  return `${path}: ${lostBytes} bytes in ${places === 1 ? "one place" : `${places} places`} are in no record; first, ${first}`;
}

function summaryOf(
  report: IngestReport,
  archives: readonly ArchiveTotals[],
  published: PublishReport | null,
  folder: string,
): string {
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
  if (report.interrupted) return [...lines, "Stopped. Run the same command again to go on."].join("\n");
  if (published === null) return lines.join("\n");
  lines.push(publishedInWords(published, folder));
  return printable(lines.join("\n"));
}
