import type { ExitName } from "../../core/errors.ts";
import { acquireCommand } from "../acquire-command.ts";
import type { Command, CommandInput, Io } from "../command.ts";
import { corpusOption, jsonOption, textOf, wholeNumberOf, machineOptions, machinesOf } from "../options.ts";

export const ingest: Command = {
  name: "ingest",
  summary: "Take WARC, ARC or WET files the whole way to a manifest",
  description:
    "Reads archives where they lie, measures every capture, records it in the ledger, finds duplicates, decides by the policy and publishes the manifest. The first use makes the corpus folder with a commented corpus.yaml and policy.yaml. Stop it at any time; the same command goes on where it stopped and reads no finished slice again.",
  arguments: [{ name: "<file...>", description: "archives: .warc, .warc.gz, .warc.zst, .arc, .arc.gz, .wet.gz" }],
  options: [
    corpusOption,
    { flags: "--workers <n>", description: "worker threads", default: "auto" },
    ...machineOptions,
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
    const { openCorpus, workersOf } = await import("../../pipeline/corpus.ts");
    const stated = options["workers"] === "auto" ? null : wholeNumberOf(options, "workers", 1, 1024);
    const corpus = await openCorpus(textOf(options, "corpus"), true);
    const workers = stated ?? workersOf(corpus);
    const publish = options["publish"] !== false;
    const place = machinesOf(options);
    const json = options["json"] === true;
    return acquireCommand({ corpus, crawl: null, archives: args, ingest: true, publish, workers, place, json }, io);
  },
};
