import type { ExitName } from "../../core/errors.ts";
import type { Command, CommandInput, Io } from "../command.ts";
import { damageInWords, ingestDisplay, ingestInWords } from "../ingest-in-words.ts";
import { corpusOption, jsonOption, textOf, wholeNumberOf } from "../options.ts";
import { progressDisplay } from "../progress.ts";
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
    const { openCorpus, removeUnfinished, workersOf } = await import("../../pipeline/corpus.ts");
    const { ensurePolicy } = await import("../../pipeline/policy-file.ts");
    const { ingestArchives } = await import("../../pipeline/ingest.ts");
    const { publishCorpus } = await import("../../pipeline/publish.ts");
    const { threadPool } = await import("../../pipeline/thread-pool.ts");
    const { softwareVersion } = await import("../../pipeline/software.ts");
    const { openLedger } = await import("../../ledger/open.ts");
    const { archiveTotals } = await import("../../ledger/archives.ts");

    const corpus = await openCorpus(textOf(options, "corpus"), true);
    const policy = await ensurePolicy(corpus.policyPath);
    const workers = options["workers"] === "auto" ? workersOf(corpus) : wholeNumberOf(options, "workers", 1, 1024);
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
    else {
      const lines = ingestInWords(report, archives);
      if (report.interrupted) lines.push("Stopped. Run the same command again to go on.");
      else if (published !== null) lines.push(publishedInWords(published, textOf(options, "corpus")));
      await writeLine(io.out, printable(lines.join("\n")));
    }
    if (report.interrupted) return "interrupted";
    return faults.length > 0 ? "badInput" : "ok";
  },
};
