import type { Command, CommandInput, Io } from "../command.ts";
import { writeLine } from "../write-line.ts";

export const policyInit: Command = {
  name: "policy init",
  summary: "Write a commented policy to start from",
  arguments: [{ name: "[file]", description: "where to write it (default: policy.yaml)" }],
  options: [{ flags: "--force", description: "write over a file that is there" }],
  examples: [{ line: "colophon policy init my-corpus/policy.yaml", says: "every entry with its reason" }],
  async run({ args, options }: CommandInput, io: Io) {
    const { existsSync } = await import("node:fs");
    const { PipelineError } = await import("../../core/errors.ts");
    const { writeDefaultPolicy } = await import("../../corpus/policy-file.ts");
    const path = args[0] ?? "policy.yaml";
    if (existsSync(path) && options["force"] !== true) {
      throw new PipelineError("usage", `${path} is there already; --force writes over it`, { path });
    }
    writeDefaultPolicy(path);
    await writeLine(io.out, path);
    return "ok";
  },
};
