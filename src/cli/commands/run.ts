import type { ExitName } from "../../core/errors.ts";
import type { Command, CommandInput, Io } from "../command.ts";
import { makeCorpusCommand } from "../make-corpus-command.ts";
import { jsonOption, machineOptions, machinesOf } from "../options.ts";

export const run: Command = {
  name: "run",
  summary: "Gather, measure, cluster, decide and publish what a corpus.yaml describes",
  description:
    "Does all that `acquire` in corpus.yaml names, a crawl, archives or both, and goes the whole way to the manifest in the folder of that file. Stop it at any point; the same command goes on from there.",
  arguments: [{ name: "[corpus.yaml]", description: "the file, or its folder; `corpus` if left out" }],
  options: [
    ...machineOptions,
    { flags: "--no-publish", description: "stop when everything is in the ledger" },
    jsonOption,
  ],
  examples: [{ line: "colophon run my-corpus/corpus.yaml", says: "the whole recipe, as often as you like" }],
  async run({ args, options }: CommandInput, io: Io): Promise<ExitName> {
    const { corpusFolderOf, openCorpus, workersOf } = await import("../../corpus/corpus.ts");
    const { acquirePlanOf } = await import("../../pipeline/acquire-plan.ts");
    const corpus = await openCorpus(corpusFolderOf(args[0] ?? "corpus"), false);
    const sources = acquirePlanOf(corpus);
    const publish = options["publish"] !== false;
    const servers = machinesOf(options);
    const json = options["json"] === true;
    return makeCorpusCommand({ corpus, sources, ingest: true, publish, workers: workersOf(corpus), servers, json }, io);
  },
};
