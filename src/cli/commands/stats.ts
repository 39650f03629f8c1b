import type { StatsKey } from "../../ledger/stats.ts";
import type { Command, CommandInput, Io } from "../command.ts";
import { corpusOption, jsonOption, textOf, wholeNumberOf } from "../options.ts";
import { textTable } from "../table.ts";
import { jsonText, writeLine } from "../write-line.ts";

export const stats: Command = {
  name: "stats",
  summary: "Count documents by licence, host, language, reason or type",
  description:
    "Counts what is in the ledger, the most frequent first. By reason it counts why documents were refused by the policy (each once for every reason that holds) and why captures became no document.",
  arguments: [],
  options: [
    {
      flags: "--by <key>",
      description: "what to count by",
      default: "licence",
      choices: ["licence", "host", "language", "reason", "type"],
    },
    corpusOption,
    { flags: "--rows <n>", description: "lines to print", default: "50" },
    jsonOption,
  ],
  examples: [{ line: "colophon stats --by reason", says: "why pages are not in the manifest" }],
  async run({ options }: CommandInput, io: Io) {
    const { openCorpus } = await import("../../corpus/corpus.ts");
    const { loadPolicy } = await import("../../corpus/policy-file.ts");
    const { openPartitions } = await import("../../ledger/partitions.ts");
    const { statsBy } = await import("../../ledger/stats.ts");
    const corpus = await openCorpus(textOf(options, "corpus"), false);
    const { sha256 } = await loadPolicy(corpus.policyPath);
    using ledgers = openPartitions(corpus.ledgerPaths, { mode: "read" });
    const by = textOf(options, "by") as StatsKey;
    const rows = statsBy(ledgers.all, by, sha256, wholeNumberOf(options, "rows", 1));
    if (options["json"] === true) {
      for (const row of rows) await writeLine(io.out, jsonText({ by, ...row }));
      return "ok";
    }
    const columns = by === "reason" ? [by, "count"] : [by, "documents", "kept", "words", "text bytes"];
    const cells = rows.map(({ value, count, kept, words, textBytes }) =>
      by === "reason" ? [value, count] : [value, count, kept, words, textBytes],
    );
    await writeLine(io.out, textTable(columns, cells));
    return "ok";
  },
};
