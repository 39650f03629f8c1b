import { PipelineError } from "../core/errors.ts";
import type { CommandOption, OptionValues } from "./command.ts";

/** Options that mean the same in every command that has them. */
export const corpusOption: CommandOption = {
  flags: "--corpus <dir>",
  description: "folder of the corpus",
  default: "corpus",
};

export const jsonOption: CommandOption = { flags: "--json", description: "print JSON for programs instead of words" };

export function textOf(options: OptionValues, name: string): string {
  const value = options[name];
  if (typeof value !== "string") throw new PipelineError("usage", `--${name} needs a value`, { option: name });
  return value;
}

/** A whole number within bounds; anything else is a usage error that names the option. */
export function wholeNumberOf(options: OptionValues, name: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const value = Number(textOf(options, name));
  if (!Number.isInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new PipelineError("usage", `--${name} takes a whole number ${range}`, { option: name });
  }
  return value;
}
