import { PipelineError } from "../core/errors.ts";
import type { CommandOption, OptionValues } from "./command.ts";

/** Options that mean the same in every command that has them. */
export const corpusOption: CommandOption = {
  flags: "--corpus <dir>",
  description: "folder of the corpus",
  default: "corpus",
};

export const jsonOption: CommandOption = {
  flags: "--json",
  description: "print JSON for programs instead of words, one object a line",
};

/** Where the work goes when it is not done by this process alone. */
export const machineOptions: readonly CommandOption[] = [
  {
    flags: "--redis <url>",
    description:
      "leave the work to `colophon worker` processes that share this Redis (redis://, rediss://, redis-sentinel://, redis-cluster://); a password is better given in COLOPHON_REDIS_PASSWORD",
  },
  {
    flags: "--store <place>",
    description: "what they share archives and segments in: a folder, or s3://BUCKET/PREFIX",
  },
];

/** For commands that make a corpus where there is none. */
export const partitionsOption: CommandOption = {
  flags: "--partitions <n>",
  description:
    "files that the ledger of a new corpus is kept in, each with the captures of its domains (1, if never said)",
};

/** `null` when it is not given: then the corpus says it, or one. */
export function partitionsOf(options: OptionValues): number | null {
  return optionalTextOf(options, "partitions") === null ? null : wholeNumberOf(options, "partitions", 1, 128);
}

/** `null` when neither is given. @throws {PipelineError} `usage` when only one is */
export function machinesOf(options: OptionValues): { readonly redis: string; readonly store: string } | null {
  const [redis, store] = [optionalTextOf(options, "redis"), optionalTextOf(options, "store")];
  if (redis === null && store === null) return null;
  if (redis === null || store === null) {
    throw new PipelineError(
      "usage",
      "--redis and --store go together: the one carries jobs, the other what they are about",
    );
  }
  return { redis, store };
}

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
