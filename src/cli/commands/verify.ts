import { existsSync } from "node:fs";
import { basename, join } from "node:path";

import type { VerifyOptions, VerifyProgress, VerifyReport } from "../../manifest/verify/verify.ts";
import type { FindArchive } from "../../pipeline/rederive.ts";
import type { Command, CommandInput, Io } from "../command.ts";
import { jsonOption, textOf, wholeNumberOf } from "../options.ts";
import { progressDisplay } from "../report.ts";
import { jsonText, oneLine, printable, writeLine } from "../write-line.ts";

export const verify: Command = {
  name: "verify",
  summary: "Prove a manifest against itself and against the archived bytes",
  description:
    "Checks every file of a manifest: digests, form and order of the rows, the Merkle root, every sum and every text. Then the archives are compared with their digests, and the bytes of each row are read again and put through the pipeline: digests, text, licence, evidence, signals and measurements must come out as the row says. Names each thing that does not agree and ends with status 4 if there is any.",
  arguments: [{ name: "<dir>", description: "folder of a corpus, or of a manifest by itself" }],
  options: [
    {
      flags: "--sample <n>",
      description: "read only so many archived records again, always the same ones (default: all)",
    },
    { flags: "--archives <dir>", description: "folder with the archives, where the corpus does not know them" },
    { flags: "--limit <n>", description: "disagreements to list; all are counted", default: "100" },
    jsonOption,
  ],
  examples: [
    { line: "colophon verify my-corpus", says: "everything" },
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
    const archives = options["archives"] === undefined ? null : textOf(options, "archives");
    const report = await verified(folder, directory, { archives, sample, limit, quiet: json && !io.terminal }, io);
    await writeLine(io.out, json ? jsonText(report) : printable(inWords(report)));
    return report.ok ? "ok" : "found";
  },
};

interface Wanted {
  readonly archives: string | null;
  readonly sample: number | null;
  readonly limit: number;
  readonly quiet: boolean;
}

type Report = VerifyReport & { readonly archivesKnown: boolean };

async function verified(folder: string, directory: string, wanted: Wanted, io: Io): Promise<Report> {
  const check = await checkOf(directory);
  using progress = progressDisplay(io, wanted.quiet);
  using places = await archivePlaces(folder, wanted.archives);
  const options = {
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
  if (places.find === null) return { ...(await check(directory, options)), archivesKnown: false };
  const { loadStages } = await import("../../measure/stages.ts");
  const { rederiver } = await import("../../pipeline/rederive.ts");
  using archives = rederiver(places.find, loadStages(), io.signal);
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

interface Places extends Disposable {
  /** `null` when nothing says where any archive is. */
  readonly find: FindArchive | null;
}

/** A folder named by the user comes first, then what the ledger of the corpus remembers. */
async function archivePlaces(folder: string, archives: string | null): Promise<Places> {
  const named = archives === null ? null : archivesByName(archives);
  // Every partition knows where all archives are.
  const paths = ["ledger.sqlite", "ledger-00000.sqlite"].map((name) => join(folder, name));
  const ledgerPath = paths.find((path) => existsSync(path));
  if (ledgerPath === undefined) return { find: named, [Symbol.dispose]: () => undefined };
  const { openLedger } = await import("../../ledger/open.ts");
  const { archiveInLedger } = await import("../../pipeline/rederive.ts");
  const ledger = openLedger(ledgerPath, { mode: "read" });
  const known = archiveInLedger(ledger);
  return {
    find: (sha256, name) => [...(named?.(sha256, name) ?? []), ...known(sha256, name)],
    [Symbol.dispose]: () => ledger[Symbol.dispose](),
  };
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
  const root = `Root        ${report.root ?? "not computed"}`;
  if (report.ok) return `${checked}\n${root}\nFound       nothing that disagrees`;
  const shown = report.disagreements.map(
    ({ what, where, expected, found }) =>
      `  ${what} at ${oneLine(where)}\n    expected  ${indented(expected)}\n    found     ${indented(found)}`,
  );
  const more = report.disagreementCount - report.disagreements.length;
  const rest = more > 0 ? [`  and ${more} more`] : [];
  const count = `${report.disagreementCount} ${report.disagreementCount === 1 ? "disagreement" : "disagreements"}`;
  return [checked, root, `Found       ${count}`, ...shown, ...rest].join("\n");
}

function indented(text: string): string {
  return text.trimEnd().replaceAll("\n", "\n              ");
}
