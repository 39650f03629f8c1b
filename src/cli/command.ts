import type { ExitName } from "../core/errors.ts";

/** What a command may touch of the world outside; tests pass their own. */
export interface Io {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream;
  readonly input: NodeJS.ReadableStream;
  /** True when words to `err` reach a person's terminal: then long work shows a bar, else plain lines. */
  readonly terminal: boolean;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

interface CommandArgument {
  /** `<file...>`, `[url]`: angle brackets are required, dots take several. */
  readonly name: string;
  readonly description: string;
}

export interface CommandOption {
  /** `--sample <n>`; without a value it is a switch. */
  readonly flags: string;
  readonly description: string;
  readonly default?: string | boolean;
  readonly choices?: readonly string[];
  /** May be given several times; its value is then the list of them. */
  readonly repeatable?: boolean;
}

/** By name in camel case. */
export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** A command as data: help, completion and `docs/cli.md` are made from the same object. */
export interface Command {
  /** `ingest`, or `policy init` for a command of a group. */
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly arguments: readonly CommandArgument[];
  readonly options: readonly CommandOption[];
  readonly examples: readonly { readonly line: string; readonly says: string }[];
  /** Heavy modules are imported inside, so that `--help` stays quick. */
  readonly run: (input: CommandInput, io: Io) => Promise<ExitName>;
}

export interface CommandInput {
  readonly args: readonly string[];
  readonly options: OptionValues;
}
