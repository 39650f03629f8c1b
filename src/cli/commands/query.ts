import type { Corpus } from "../../corpus/corpus.ts";
import type { Command, CommandInput, Io, OptionValues } from "../command.ts";
import { corpusOption, optionalTextOf, textOf, wholeNumberOf } from "../options.ts";
import { csvOf, textTable } from "../table.ts";
import { jsonText, writeLine } from "../write-line.ts";

export const query: Command = {
  name: "query",
  summary: "Ask the ledger anything in SQL",
  description:
    "Runs one SELECT over the views captures, documents, measurements, evidence, signals, site_files, versions, ties, clusters, decisions, decision_history, archives, slices, builds, losses, problems and copies; docs/provenance-format.md describes their columns. Over a ledger in partitions each view holds the rows of all. It reads only, in a process of its own that is ended when it runs over its bounds.",
  arguments: [{ name: "<sql>", description: "one SELECT statement" }],
  options: [
    corpusOption,
    { flags: "--partition <n>", description: "ask this partition of the ledger alone, from 0" },
    {
      flags: "--format <format>",
      description: "how to print it; json is one object a row and line",
      default: "table",
      choices: ["table", "json", "csv"],
    },
    { flags: "--json", description: "the same as --format json" },
    { flags: "--timeout <seconds>", description: "end it after this long", default: "30" },
    { flags: "--rows <n>", description: "print at most this many rows", default: "10000" },
  ],
  examples: [
    {
      line: 'colophon query "SELECT host, count(*) FROM documents GROUP BY host ORDER BY 2 DESC"',
      says: "documents a host",
    },
    { line: 'colophon query "SELECT * FROM losses" --json', says: "bytes that are in no record" },
  ],
  async run({ args, options }: CommandInput, io: Io) {
    const { openCorpus } = await import("../../corpus/corpus.ts");
    const { runQuery } = await import("../../ledger/query.ts");
    const corpus = await openCorpus(textOf(options, "corpus"), false);
    const { columns, rows, truncated } = await runQuery(ledgersOf(corpus, options), args[0] ?? "", {
      timeoutMs: wholeNumberOf(options, "timeout", 1, 86_400) * 1000,
      maxRows: wholeNumberOf(options, "rows", 1, 10_000_000),
      signal: io.signal,
    });
    const format = options["json"] === true ? "json" : textOf(options, "format");
    if (format === "json") {
      for (const row of rows)
        await writeLine(io.out, jsonText(Object.fromEntries(columns.map((name, at) => [name, row[at]]))));
    } else await writeLine(io.out, format === "csv" ? csvOf(columns, rows) : textTable(columns, rows));
    if (truncated === null) return "ok";
    const advice =
      truncated === "rows" ? "raise --rows" : "ask for shorter values: the next row would make it too large";
    io.err.write(`colophon: only the first ${rows.length} rows are shown; narrow the query or ${advice}\n`);
    return "limit";
  },
};

function ledgersOf({ ledgerPaths }: Corpus, options: OptionValues): readonly string[] {
  if (optionalTextOf(options, "partition") === null) return ledgerPaths;
  const number = wholeNumberOf(options, "partition", 0, ledgerPaths.length - 1);
  return ledgerPaths.slice(number, number + 1);
}
