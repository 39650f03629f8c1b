import { PipelineError } from "../core/errors.ts";
import type { CommandOption, OptionValues } from "./command.ts";

/** Options that mean the same in every command that has them. */
export const corpusOption: CommandOption = {
  flags: "--corpus <dir>",
  description: "folder of the corpus",
  default: "corpus",
};

export const jsonOption: CommandOption = { flags: "--json", description: "print JSON for programs instead of words" };

/** @param name as it is typed, without the dashes before it */
export function textOf(options: OptionValues, name: string): string {
  const value = optionalTextOf(options, name);
  if (value === null) throw new PipelineError("usage", `--${name} needs a value`, { option: name });
  return value;
}

/** `null` when the option is not given. */
export function optionalTextOf(options: OptionValues, name: string): string | null {
  const value = options[camelCaseOf(name)];
  return typeof value === "string" ? value : null;
}

/** Every value of an option that may be given several times. */
export function listOf(options: OptionValues, name: string): readonly string[] {
  const value = options[camelCaseOf(name)];
  return typeof value === "object" ? value : [];
}

/** A number, maybe with a fraction, of at least `min`; `null` when the option is not given. */
export function numberOf(options: OptionValues, name: string, min: number): number | null {
  const text = optionalTextOf(options, name);
  if (text === null) return null;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || value < min) {
    throw new PipelineError("usage", `--${name} takes a number of at least ${min}`, { option: name });
  }
  return value;
}

/** A whole number within bounds; anything else is a usage error that names the option. */
export function wholeNumberOf(options: OptionValues, name: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const text = textOf(options, name);
  // An empty text would be the number 0.
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    throw new PipelineError("usage", `--${name} takes a whole number ${range}`, { option: name });
  }
  return value;
}

function camelCaseOf(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
