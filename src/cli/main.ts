import { Command as CommanderCommand, CommanderError, Option } from "commander";

import { ownBuild } from "../core/build/build.ts";
import { isDiskFull } from "../core/disk-full.ts";
import { exitStatuses, failures, PipelineError, type ExitName } from "../core/errors.ts";
import { softwareVersion } from "../corpus/software.ts";
import type { Command, Io, OptionValues } from "./command.ts";
import { commands } from "./commands.ts";
import { printable } from "./write-line.ts";

/**
 * Runs one command line and gives the exit status; never throws.
 * @param args as typed, without `node` and the program's name
 */
export async function main(args: readonly string[], io: Io = processIo()): Promise<number> {
  const ended: { exit: ExitName } = { exit: "ok" };
  const program = await programOf(io, (exit) => {
    ended.exit = exit;
  });
  try {
    await program.parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitStatuses.usage.code;
    ended.exit = reportedFailure(error, io);
  }
  return exitStatuses[ended.exit].code;
}

async function programOf(io: Io, onEnd: (exit: ExitName) => void): Promise<CommanderCommand> {
  const program = new CommanderCommand("colophon")
    .description(
      "Crawl and filter pages into a corpus that can say, page by page, where its text came from and by what right.",
    )
    .version(
      `${softwareVersion()} build ${ownBuild.id}`,
      "-V, --version",
      "print the version, and the build: what documents are measured with",
    )
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .showSuggestionAfterError()
    .showHelpAfterError("(add --help for the whole help)")
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.out.write(text), writeErr: (text) => io.err.write(text) });
  for (const command of commands) addCommand(program, command, io, onEnd);
  await addCompletion(program);
  return program;
}

/** Walks the finished tree. A shell shows what it takes for a description beside each word: the summary is short enough. */
async function addCompletion(program: CommanderCommand): Promise<void> {
  const { default: tab } = await import("@bomb.sh/tab/commander");
  const all = program.commands.flatMap((command) => [command, ...command.commands]);
  const descriptions = all.map((command) => command.description());
  for (const command of all) if (command.summary() !== "") command.description(command.summary());
  tab(program);
  for (const [index, command] of all.entries()) command.description(descriptions[index] ?? "");
}

function addCommand(program: CommanderCommand, command: Command, io: Io, onEnd: (exit: ExitName) => void): void {
  const words = command.name.split(" ");
  const name = words.pop() ?? command.name;
  const parent = words.reduce((at, word) => groupOf(at, word), program);
  const sub = parent
    .command(name)
    .summary(command.summary)
    .description(command.description ?? `${command.summary}.`);
  for (const { name: argument, description } of command.arguments) sub.argument(argument, description);
  for (const { flags, description, default: value, choices, repeatable = false } of command.options) {
    const option = new Option(flags, description);
    if (repeatable) option.argParser((one: string, before?: string[]) => [...(before ?? []), one]);
    if (value !== undefined) option.default(value);
    if (choices !== undefined) option.choices([...choices]);
    sub.addOption(option);
  }
  if (command.examples.length > 0) {
    const lines = command.examples.map(({ line, says }) => `  $ ${line}\n      ${says}`);
    sub.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
  }
  sub.action(async () => onEnd(await command.run({ args: sub.args, options: sub.opts<OptionValues>() }, io)));
}

function groupOf(parent: CommanderCommand, name: string): CommanderCommand {
  return (
    parent.commands.find((known) => known.name() === name) ??
    parent.command(name).description(`commands about a ${name}`)
  );
}

/** What the system says of a path that cannot be used: no fault of the program. */
const refusals: ReadonlySet<string> = new Set([
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "EEXIST",
  "ENAMETOOLONG",
  "ELOOP",
]);

function reportedFailure(error: unknown, io: Io): ExitName {
  if (error instanceof PipelineError) {
    io.err.write(`colophon: ${printable(error.message)}\n`);
    return failures[error.code].exit;
  }
  if (error instanceof Error && "code" in error && error.code === "EPIPE") return "ok";
  if (isDiskFull(error)) {
    io.err.write(
      "colophon: no space left on the disk. Free some and run the same command again: nothing finished is lost.\n",
    );
    return "diskFull";
  }
  const damaged = error instanceof Error ? sqliteDamageOf(error) : null;
  if (damaged !== null) {
    io.err.write(`colophon: ${printable(damaged)}\n`);
    return failures["ledger-broken"].exit;
  }
  if (error instanceof Error && "syscall" in error && "code" in error && refusals.has(String(error.code))) {
    io.err.write(
      `colophon: ${printable(error.message)}; check the path, and whether this user may read and write there\n`,
    );
    return "notFound";
  }
  io.err.write(
    `colophon: internal error, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return "internal";
}

/**
 * Damage that is found while a file of the corpus is read: opening it looks at its first pages alone. @returns what to do
 * about it; `null` for any other error
 */
function sqliteDamageOf(error: Error): string | null {
  const code = "code" in error ? String(error.code) : "";
  if (!/^SQLITE_(?:CORRUPT|NOTADB|IOERR)/.test(code)) return null;
  return `a database of the corpus is damaged (${error.message}): check the disk; \`sqlite3 FILE "PRAGMA integrity_check"\` says which, ledger.sqlite or frontier.sqlite. Move that file away: \`colophon ingest\` on the same archives makes the ledger again, a crawl without its frontier begins anew`;
}

function processIo(): Io {
  // A reader that went away (`| head`) is no failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  return {
    out: process.stdout,
    err: process.stderr,
    input: process.stdin,
    terminal: process.stderr.isTTY,
    signal: stopSignal(process.stderr),
  };
}

/** Aborted by the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once. */
function stopSignal(words: NodeJS.WritableStream): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitStatuses.interrupted.code);
      words.write("\ncolophon: stopping cleanly after the work in progress; press Ctrl-C again to stop at once\n");
      controller.abort();
    });
  }
  return controller.signal;
}
