import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";

import { PipelineError } from "../../core/errors.ts";
import type { Ledger } from "../../ledger/open.ts";
import type { Partitions } from "../../ledger/partitions.ts";
import type { Check, Checks } from "../../manifest/verify/checks.ts";
import type { AskLedger } from "../../manifest/verify/ledger.ts";
import type { VerifyOptions, VerifyProgress, VerifyReport } from "../../manifest/verify/verify.ts";
import type { FindArchive } from "../../pipeline/rederive.ts";
import type { Command, CommandInput, Io, OptionValues } from "../command.ts";
import { jsonOption, optionalTextOf, wholeNumberOf } from "../options.ts";
import { progressDisplay } from "../report.ts";
import { jsonText, oneLine, printable, writeLine } from "../write-line.ts";

export const verify: Command = {
  name: "verify",
  summary: "Prove a manifest against itself and against the archived bytes",
  description:
    "Checks every file of a manifest: digests, form and order of the rows, the Merkle root, every sum and every text. Then the archives are compared with their digests, and the bytes of each row are read again and put through the pipeline: digests, text, licence, evidence, signals and measurements must come out as the row says. The manifest's own policy is applied to each row again, and in a corpus the rows must be the documents that its ledger keeps. Says which of these it could do. Names each thing that does not agree and ends with status 4 if there is any.",
  arguments: [{ name: "<dir>", description: "folder of a corpus, or of a manifest by itself" }],
  options: [
    {
      flags: "--sample <n>",
      description: "read only so many archived records again, always the same ones (default: all)",
    },
    { flags: "--archives <dir>", description: "folder with the archives, where the corpus does not know them" },
    {
      flags: "--root <hex>",
      description: "the root that the manifest must have, as you know it from elsewhere; another one is a disagreement",
    },
    { flags: "--limit <n>", description: "disagreements to list; all are counted", default: "100" },
    jsonOption,
  ],
  examples: [
    { line: "colophon verify my-corpus", says: "everything" },
    {
      line: "colophon verify downloaded-manifest --root 9f86d081...",
      says: "whether it is the manifest whose root was published elsewhere; all 64 digits are needed",
    },
    { line: "colophon verify my-corpus --sample 500", says: "all of the manifest, and 500 records of the archives" },
    {
      line: "colophon verify downloaded-manifest --archives warcs",
      says: "a manifest that somebody else published, against their archives",
    },
  ],
  async run({ args, options }: CommandInput, io: Io) {
    const folder = args[0] ?? "";
    const ofCorpus = ["corpus.yaml", join("manifest", "manifest.json"), join("manifest", "corpus.json")];
    const isCorpus = ofCorpus.some((path) => existsSync(join(folder, path)));
    const directory = isCorpus ? join(folder, "manifest") : folder;
    const json = options["json"] === true;
    const limit = wholeNumberOf(options, "limit", 1);
    const sample = options["sample"] === undefined ? null : wholeNumberOf(options, "sample", 0);
    const root = rootOf(options);
    const archives = optionalTextOf(options, "archives");
    const report = await verified(
      folder,
      directory,
      { archives, sample, root, limit, quiet: json && !io.terminal },
      io,
    );
    await writeLine(io.out, json ? jsonText(report) : printable(inWords(report)));
    return report.ok ? "ok" : "found";
  },
};

/** @throws {PipelineError} `usage` */
function rootOf(options: OptionValues): string | null {
  const root = optionalTextOf(options, "root")?.trim().toLowerCase() ?? null;
  if (root === null || /^[0-9a-f]{64}$/.test(root)) return root;
  throw new PipelineError("usage", "--root takes the 64 hexadecimal digits of a root", { option: "root" });
}

/** As many as `--partitions` takes. */
const maxPartitions = 128;

interface Wanted {
  readonly archives: string | null;
  readonly sample: number | null;
  readonly root: string | null;
  readonly limit: number;
  readonly quiet: boolean;
}

type Report = VerifyReport & { readonly archivesKnown: boolean };

async function verified(folder: string, directory: string, wanted: Wanted, io: Io): Promise<Report> {
  const check = await checkOf(directory);
  using progress = progressDisplay(io, wanted.quiet);
  using ledgers = await ledgersIn(folder);
  const find = await archivePlaces(ledgers.all, wanted.archives);
  const options: VerifyOptions = {
    ...(wanted.root === null ? {} : { root: wanted.root }),
    ...(ledgers.all.length === 0 ? {} : { ledger: await askOf(ledgers.all) }),
    sample: wanted.sample,
    limit: wanted.limit,
    signal: io.signal,
    onProgress: ({ archives, archivesInAll, documents, documentsInAll, rederived, rederivedInAll }: VerifyProgress) =>
      progress.show(
        "verify",
        documents + rederived,
        documentsInAll + rederivedInAll,
        `${archives} of ${archivesInAll} archives, ${documents} documents compared, ${rederived} of ${rederivedInAll} records read again`,
      ),
  };
  if (find === null) return { ...(await check(directory, options)), archivesKnown: false };
  const { loadStages } = await import("../../measure/stages.ts");
  const { rederiver } = await import("../../pipeline/rederive.ts");
  using archives = rederiver(find, loadStages(), io.signal);
  const { inspect, rederive } = archives;
  return { ...(await check(directory, { ...options, inspect, rederive })), archivesKnown: true };
}

/** A manifest in partitions has a file more. */
async function checkOf(
  directory: string,
): Promise<(directory: string, options: VerifyOptions) => Promise<VerifyReport>> {
  if (!existsSync(join(directory, "corpus.json")))
    return (await import("../../manifest/verify/verify.ts")).verifyManifest;
  return (await import("../../manifest/verify/corpus.ts")).verifyCorpusManifest;
}

/** The ledger of a corpus, in its partitions; none beside a manifest by itself. */
async function ledgersIn(folder: string): Promise<Partitions> {
  const whole = join(folder, "ledger.sqlite");
  const parts = Array.from({ length: maxPartitions }, (_, number) =>
    join(folder, `ledger-${String(number).padStart(5, "0")}.sqlite`),
  ).filter(isFile);
  const paths = isFile(whole) ? [whole] : parts;
  if (paths.length === 0) return { all: [], [Symbol.dispose]: () => undefined };
  const { openPartitions } = await import("../../ledger/partitions.ts");
  return openPartitions(paths, { mode: "read" });
}

/** SQLite would wait for the writer of a pipe. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

async function askOf(ledgers: readonly Ledger[]): Promise<AskLedger> {
  return (await import("../../pipeline/published.ts")).askingLedgers(ledgers);
}

/**
 * A folder named by the user comes first, then what the ledger of the corpus remembers: every partition knows where all
 * archives are. `null` when nothing says where any archive is.
 */
async function archivePlaces([ledger]: readonly Ledger[], archives: string | null): Promise<FindArchive | null> {
  const named = archives === null ? null : archivesByName(archives);
  if (ledger === undefined) return named;
  const { archiveInLedger } = await import("../../pipeline/rederive.ts");
  const known = archiveInLedger(ledger);
  return (sha256, name) => [...(named?.(sha256, name) ?? []), ...known(sha256, name)];
}

/** Names come from a file that somebody else may have written: only their last part is used. */
function archivesByName(folder: string): FindArchive {
  return (_sha256, name) => [join(folder, basename(name))];
}

function inWords(report: Report): string {
  const reread = report.archivesKnown
    ? `${report.rederived} records read again from the archives`
    : "no archive read again: nothing here says where they lie, give their folder with --archives";
  const checked = `Checked     ${report.documents} documents, ${report.texts} texts; ${reread}`;
  const head = [checked, ...checksInWords(report.checks), `Root        ${report.root ?? "not computed"}`];
  if (report.ok) return [...head, "Found       nothing that disagrees"].join("\n");
  const shown = report.disagreements.map(
    ({ what, where, expected, found }) =>
      `  ${what} at ${oneLine(where)}\n    expected  ${indented(expected)}\n    found     ${indented(found)}`,
  );
  const more = report.disagreementCount - report.disagreements.length;
  const rest = more > 0 ? [`  and ${more} more`] : [];
  const count = `${report.disagreementCount} ${report.disagreementCount === 1 ? "disagreement" : "disagreements"}`;
  return [...head, `Found       ${count}`, ...shown, ...rest].join("\n");
}

/** With what the rows were compared, and with what not: nothing that disagrees means no more than that. */
function checksInWords(checks: Checks): string[] {
  const all = Object.entries<Check>({ ...checks });
  const named = (wanted: Check["done"]): [string, Check][] => all.filter(([, { done }]) => done === wanted);
  const compared = named("all").map(([name]) => name);
  return [
    `Compared    with ${compared.length === 0 ? "nothing" : compared.join(", ")}`,
    ...named("part").map(([name, { why }]) => `In part     with ${name}: ${why}`),
    ...named("none").map(([name, { why }]) => `Not         with ${name}: ${why}`),
  ];
}

function indented(text: string): string {
  return text.trimEnd().replaceAll("\n", "\n              ");
}
