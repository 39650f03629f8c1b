import { openCollector } from "../collector.ts";
import type { Command, CommandInput, Io } from "../command.ts";
import { corpusOption, jsonOption, machineOptions, machinesOf, textOf } from "../options.ts";
import { progressDisplay, publishedInWords, sayMixedBuilds, sayWarnings } from "../report.ts";
import { jsonText, writeLine } from "../write-line.ts";

export const publish: Command = {
  name: "publish",
  summary: "Cluster, decide by the policy and write the manifest again",
  description:
    "Applies the policy to what is in the ledger and writes the manifest. No page is read again, so a changed policy takes seconds.",
  arguments: [],
  options: [corpusOption, ...machineOptions, jsonOption],
  examples: [{ line: "colophon publish --corpus my-corpus", says: "after editing my-corpus/policy.yaml" }],
  async run({ options }: CommandInput, io: Io) {
    const { openCorpus } = await import("../../corpus/corpus.ts");
    const { loadPolicy } = await import("../../corpus/policy-file.ts");
    const { publishCorpus } = await import("../../pipeline/recipe.ts");
    const { softwareVersion } = await import("../../corpus/software.ts");
    const { openPartitions } = await import("../../ledger/partitions.ts");
    const corpus = await openCorpus(textOf(options, "corpus"), false);
    const policy = await loadPolicy(corpus.policyPath);
    using ledgers = openPartitions(corpus.ledgerPaths, { mode: "write" });
    await using collector = await openCollector(machinesOf(options), corpus, io);
    const json = options["json"] === true;
    using progress = progressDisplay(io, json && !io.terminal);
    const report = await publishCorpus(
      { corpus, ledgers: ledgers.all, software: softwareVersion(), signal: collector.signal },
      policy,
      (step, done, total) => progress.show(step, done, total, `${done} of ${total}`),
      await collector.runners(ledgers.all),
    );
    progress[Symbol.dispose]();
    sayMixedBuilds(report, io);
    sayWarnings(report.warnings, io);
    await writeLine(io.out, json ? jsonText(report) : publishedInWords(report, corpus.folder));
    return "ok";
  },
};
