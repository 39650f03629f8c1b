import type { CommonCrawlRequest } from "../../commoncrawl/copy.ts";
import type { ExitName } from "../../core/errors.ts";
import { PipelineError } from "../../core/errors.ts";
import type { Corpus } from "../../corpus/corpus.ts";
import type { Command, CommandInput, CommandOption, Io, OptionValues } from "../command.ts";
import { makeCorpusCommand } from "../make-corpus-command.ts";
import {
  corpusOption,
  jsonOption,
  listOf,
  machineOptions,
  machinesOf,
  optionalTextOf,
  partitionsOf,
  partitionsOption,
  textOf,
  wholeNumberOf,
} from "../options.ts";

const commonCrawlOptions: readonly CommandOption[] = [
  { flags: "--cc <crawl>", description: "copy from this crawl of Common Crawl, such as CC-MAIN-2025-38" },
  {
    flags: "--match <pattern>",
    description: "pages to copy: *.example.org, example.org/part/* or example.org/page",
    repeatable: true,
  },
  { flags: "--lang <code>", description: "pages whose first language is this, such as en or eng", repeatable: true },
  { flags: "--mime <type>", description: "pages of this media type, as Common Crawl detected it", repeatable: true },
  { flags: "--limit <n>", description: "records to copy, or files where whole ones are taken" },
  {
    flags: "--index <kind>",
    description: "which index is asked: the Parquet files or the index server",
    choices: ["columnar", "cdx"],
    default: "columnar",
  },
  {
    flags: "--cc-base <place>",
    description: "where the crawl's files lie: a URL, or the folder of a mirror",
    default: "https://data.commoncrawl.org/",
  },
  { flags: "--cc-index <url>", description: "the index server", default: "https://index.commoncrawl.org/" },
  {
    flags: "--cc-files <list>",
    description: "copy the files that a warc.paths.gz names: a file, a URL, or a path of the crawl",
  },
  { flags: "--cc-whole", description: "copy the files that hold the pages as they are, rather than single records" },
  { flags: "--cc-streams <n>", description: "files that are fetched at the same time", default: "4" },
  { flags: "--with-robots", description: "copy what the crawl archived of the hosts' robots.txt too" },
  {
    flags: "--contact <who>",
    description: "mail address or page that Common Crawl can write to; needed but for mirrors on this machine",
  },
  { flags: "--allow-private", description: "ask servers of this machine and of private networks too" },
  {
    flags: "--connect-to <rule>",
    description: "HOST1:PORT1:HOST2:PORT2, as curl's: connect to the second instead of the first; empty parts fit all",
    repeatable: true,
  },
];

export const ingest: Command = {
  name: "ingest",
  summary: "Take archives, or pages of Common Crawl, the whole way to a manifest",
  description:
    "Reads archives where they lie, measures every capture, records it in the ledger, finds duplicates, decides by the policy and publishes the manifest. The first use makes the corpus folder with a commented corpus.yaml and policy.yaml. Stop it at any time; the same command goes on where it stopped and reads no finished slice again. With --cc it first copies records of Common Crawl that an index names, each checked against the index and followed by where it came from.",
  arguments: [{ name: "[file...]", description: "archives: .warc, .warc.gz, .warc.zst, .arc, .arc.gz, .wet.gz" }],
  options: [
    corpusOption,
    { flags: "--workers <n>", description: "worker threads", default: "auto" },
    ...commonCrawlOptions,
    ...machineOptions,
    partitionsOption,
    {
      flags: "--remeasure",
      description:
        "measure again what another build measured, or what is damaged, of the archives named or of all in the corpus (`status` says how much that is)",
    },
    { flags: "--no-publish", description: "stop when the archives are in the ledger" },
    jsonOption,
  ],
  examples: [
    { line: "colophon ingest crawl-*.warc.gz --corpus my-corpus", says: "from archives to my-corpus/manifest" },
    {
      line: "colophon ingest more.warc.gz --corpus my-corpus",
      says: "adds an archive; what is there is not read again",
    },
    {
      line: "colophon ingest --remeasure --corpus my-corpus",
      says: "after an update of the program: what older builds measured is measured again",
    },
    {
      line: "colophon ingest --cc CC-MAIN-2025-38 --match '*.example.org' --lang en --with-robots --contact me@example.org",
      says: "the English pages of a domain, with the robots.txt of that time",
    },
  ],
  async run({ args, options }: CommandInput, io: Io): Promise<ExitName> {
    const { openCorpus, workersOf } = await import("../../corpus/corpus.ts");
    const stated = options["workers"] === "auto" ? null : wholeNumberOf(options, "workers", 1, 1024);
    const remeasure = options["remeasure"] === true;
    const isNamed = args.length > 0 || asksCommonCrawl(options);
    if (!isNamed && !remeasure) {
      throw new PipelineError("usage", "there is nothing to ingest: name archives, or a crawl with --cc");
    }
    const corpus = await openCorpus(textOf(options, "corpus"), isNamed, partitionsOf(options));
    const copies = asksCommonCrawl(options) ? await requestOf(options, corpus) : null;
    const workers = stated ?? workersOf(corpus);
    const publish = options["publish"] !== false;
    const servers = machinesOf(options);
    const json = options["json"] === true;
    const sources = { crawl: null, copies, archives: args };
    return makeCorpusCommand({ corpus, sources, ingest: true, remeasure, publish, workers, servers, json }, io);
  },
};

function asksCommonCrawl(options: OptionValues): boolean {
  return optionalTextOf(options, "cc") !== null || optionalTextOf(options, "cc-files") !== null;
}

async function requestOf(options: OptionValues, { config }: Corpus): Promise<CommonCrawlRequest> {
  const { softwareVersion } = await import("../../corpus/software.ts");
  const index = textOf(options, "index") === "cdx" ? "cdx" : "columnar";
  const contact = optionalTextOf(options, "contact") ?? config.contact ?? null;
  return {
    access: {
      base: textOf(options, "cc-base"),
      indexBase: index === "cdx" ? textOf(options, "cc-index") : null,
      requester: { software: softwareVersion(), project: config.name, contact },
      allowPrivate: options["allowPrivate"] === true,
      connectTo: listOf(options, "connect-to"),
      connections: wholeNumberOf(options, "cc-streams", 1, 16),
      patience: null,
    },
    selection: {
      crawl: optionalTextOf(options, "cc"),
      match: listOf(options, "match"),
      languages: listOf(options, "lang"),
      mimes: listOf(options, "mime"),
      limit: optionalTextOf(options, "limit") === null ? null : wholeNumberOf(options, "limit", 1),
      index,
      list: optionalTextOf(options, "cc-files"),
      whole: options["ccWhole"] === true,
      withRobots: options["withRobots"] === true,
    },
  };
}
