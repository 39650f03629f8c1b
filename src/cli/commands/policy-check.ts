import type { Command, CommandInput, Io } from "../command.ts";
import { jsonOption } from "../options.ts";
import { jsonText, printable, writeLine } from "../write-line.ts";

export const policyCheck: Command = {
  name: "policy check",
  summary: "Check a policy without applying it",
  arguments: [{ name: "<file>", description: "YAML or JSON" }],
  options: [jsonOption],
  examples: [
    { line: "colophon policy check policy.yaml", says: "names every fault and its place, or the policy's digest" },
  ],
  async run({ args, options }: CommandInput, io: Io) {
    const { loadPolicy } = await import("../../corpus/policy-file.ts");
    const { policy, sha256 } = await loadPolicy(args[0] ?? "");
    const words = `${policy.name} is valid: ${Object.keys(policy.rules).length} rule bounds, SHA-256 ${sha256}`;
    await writeLine(io.out, options["json"] === true ? jsonText({ name: policy.name, sha256 }) : printable(words));
    return "ok";
  },
};
