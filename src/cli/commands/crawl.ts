import type { ExitName } from "../../core/errors.ts";
import type { CrawlRequest } from "../../pipeline/crawl.ts";
import type { Command, CommandInput, Io, OptionValues } from "../command.ts";
import { makeCorpusCommand } from "../make-corpus-command.ts";
import {
  corpusOption,
  jsonOption,
  listOf,
  numberOf,
  optionalTextOf,
  partitionsOf,
  partitionsOption,
  textOf,
  wholeNumberOf,
  machineOptions,
  machinesOf,
} from "../options.ts";
import { printable, writeLine } from "../write-line.ts";

export const crawl: Command = {
  name: "crawl",
  summary: "Visit pages politely, archive them, and go on to a manifest",
  description:
    "Visits the seeds and what they lead to, as far as the scope and each host's robots.txt allow, one connection a host with a pause between requests. Every exchange is archived as WARC in the corpus, then takes the way of `ingest`. Stop it at any time, or kill it; the same command goes on where it was and fetches nothing again that was archived. Seeds and scope are remembered by the corpus, and budgets count what earlier runs used since the crawl began or was last told to --recrawl; every other option holds for the run that names it. A link that --deny or --allow left out is not remembered: it is found again when its page is visited again. A recrawl that was stopped goes on without --recrawl.",
  arguments: [
    {
      name: "[seed...]",
      description: "addresses of pages, sitemaps or feeds, or files with one address a line; none goes on as before",
    },
  ],
  options: [
    corpusOption,
    { flags: "--scope <scope>", description: "host, domain, domain:NAME or prefix:URL (host, if never said)" },
    {
      flags: "--allow <pattern>",
      description: "visit only addresses that fit one of these, * for anything",
      repeatable: true,
    },
    { flags: "--deny <pattern>", description: "visit no address that fits one of these", repeatable: true },
    { flags: "--max-depth <n>", description: "links from a seed" },
    { flags: "--max-pages <n>", description: "pages in all" },
    { flags: "--max-bytes <n>", description: "bytes in all, as they come over the wire" },
    { flags: "--max-seconds <n>", description: "seconds in all" },
    { flags: "--max-pages-per-host <n>", description: "pages of one host" },
    { flags: "--delay <seconds>", description: "least pause between two requests to a host", default: "1" },
    { flags: "--concurrency <n>", description: "hosts that are asked at the same time", default: "100" },
    {
      flags: "--contact <who>",
      description: "mail address or page that site owners can write to; needed but on this machine",
    },
    {
      flags: "--recrawl <days>",
      description:
        "visit pages again whose last visit is older, and count those that changed, are gone or opted out since",
    },
    { flags: "--no-sitemaps", description: "do not follow the sitemaps that robots.txt names" },
    { flags: "--no-site-files", description: "do not ask each host for its /.well-known/tdmrep.json" },
    { flags: "--allow-private", description: "ask addresses of this machine and of private networks too" },
    {
      flags: "--connect-to <rule>",
      description:
        "HOST1:PORT1:HOST2:PORT2, as curl's: connect to the second instead of the first; empty parts fit all",
      repeatable: true,
    },
    { flags: "--archive-bytes <n>", description: "size at which a WARC file is ended", default: "1000000000" },
    { flags: "--workers <n>", description: "worker threads that measure", default: "auto" },
    ...machineOptions,
    partitionsOption,
    { flags: "--dry-run", description: "ask for nothing; print what would be fetched and what not, and why" },
    { flags: "--no-ingest", description: "only archive" },
    { flags: "--no-publish", description: "stop when the archives are in the ledger" },
    jsonOption,
  ],
  examples: [
    {
      line: "colophon crawl https://example.org/ --corpus my-corpus --contact me@example.org",
      says: "one host, a second between requests",
    },
    {
      line: "colophon crawl seeds.txt --scope domain --max-pages 10000 --contact me@example.org",
      says: "the domains of many seeds, within a budget",
    },
    { line: "colophon crawl --corpus my-corpus --dry-run", says: "what would come next, and what not and why" },
  ],
  async run({ args, options }: CommandInput, io: Io): Promise<ExitName> {
    const { openCorpus, workersOf } = await import("../../corpus/corpus.ts");
    const request = requestOf(args, options);
    const json = options["json"] === true;
    const corpus = await openCorpus(textOf(options, "corpus"), true, partitionsOf(options));
    if (options["dryRun"] === true) {
      const { dryRunCorpus } = await import("../../pipeline/crawl.ts");
      for (const { url, fetch, reason } of dryRunCorpus(corpus, request)) {
        const line = { url, fetch, reason };
        await writeLine(
          io.out,
          json
            ? JSON.stringify(line)
            : printable(`${fetch ? "fetch" : "skip "}  ${url}${reason === null ? "" : `  (${reason})`}`),
        );
      }
      return "ok";
    }
    const workers = options["workers"] === "auto" ? workersOf(corpus) : wholeNumberOf(options, "workers", 1, 1024);
    const ingest = options["ingest"] !== false;
    const publish = options["publish"] !== false;
    const servers = machinesOf(options);
    const sources = { crawl: request, copies: null, archives: [] };
    return makeCorpusCommand({ corpus, sources, ingest, publish, workers, servers, json }, io);
  },
};

function requestOf(seeds: readonly string[], options: OptionValues): CrawlRequest {
  const whole = (name: string, min: number): number | null =>
    optionalTextOf(options, name) === null ? null : wholeNumberOf(options, name, min);
  const days = numberOf(options, "recrawl", 0);
  const seconds = whole("max-seconds", 1);
  const budgets = {
    pages: whole("max-pages", 1),
    bytes: whole("max-bytes", 1),
    timeMs: seconds === null ? null : seconds * 1000,
  };
  return {
    seeds,
    scope: optionalTextOf(options, "scope"),
    allow: listOf(options, "allow"),
    deny: listOf(options, "deny"),
    maxDepth: whole("max-depth", 0),
    budgets: stated(budgets),
    hostBudgets: stated({ pages: whole("max-pages-per-host", 1) }),
    contact: optionalTextOf(options, "contact"),
    delayMs: Math.round((numberOf(options, "delay", 0) ?? 1) * 1000),
    concurrency: wholeNumberOf(options, "concurrency", 1, 1000),
    rollBytes: wholeNumberOf(options, "archive-bytes", 1),
    allowPrivate: options["allowPrivate"] === true,
    connectTo: listOf(options, "connect-to"),
    followSitemaps: options["sitemaps"] !== false,
    siteFiles: options["siteFiles"] !== false,
    recrawlBeforeMs: days === null ? null : Date.now() - days * 86_400_000,
  };
}

/** Only what has a value. */
function stated<Key extends string>(values: Readonly<Record<Key, number | null>>): { readonly [K in Key]?: number } {
  const entries = Object.entries<number | null>(values).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as { readonly [K in Key]?: number };
}
