import type { Partitions } from "../../ledger/partitions.ts";
import type { Command, CommandInput, Io } from "../command.ts";
import { jsonOption, optionalTextOf } from "../options.ts";
import { sayWarnings } from "../report.ts";
import { jsonText, printable, writeLine } from "../write-line.ts";

export const policyCheck: Command = {
  name: "policy check",
  summary: "Check a policy without applying it",
  description:
    "Names every fault, and warns of names that nobody knows: licences, signals and agents and, of a corpus, hosts that no capture has.",
  arguments: [{ name: "<file>", description: "YAML or JSON" }],
  options: [{ flags: "--corpus <dir>", description: "look for its hosts in this corpus too" }, jsonOption],
  examples: [
    { line: "colophon policy check policy.yaml", says: "names every fault and its place, or the policy's digest" },
  ],
  async run({ args, options }: CommandInput, io: Io) {
    const { loadPolicy } = await import("../../corpus/policy-file.ts");
    const { policyWarnings } = await import("../../corpus/policy-warnings.ts");
    const { policy, sha256 } = await loadPolicy(args[0] ?? "");
    using ledgers = await ledgersOf(optionalTextOf(options, "corpus"));
    const warnings = policyWarnings(policy, ledgers?.all ?? []);
    sayWarnings(warnings, io);
    const words = `${policy.name} is valid: ${Object.keys(policy.rules).length} rule bounds, SHA-256 ${sha256}`;
    const report = { name: policy.name, sha256, warnings };
    await writeLine(io.out, options["json"] === true ? jsonText(report) : printable(words));
    return "ok";
  },
};

async function ledgersOf(folder: string | null): Promise<Partitions | null> {
  if (folder === null) return null;
  const { openCorpus } = await import("../../corpus/corpus.ts");
  const { openPartitions } = await import("../../ledger/partitions.ts");
  return openPartitions((await openCorpus(folder, false)).ledgerPaths, { mode: "read" });
}
