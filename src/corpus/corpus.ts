import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

import { parse, YAMLParseError } from "yaml";

import { PipelineError } from "../core/errors.ts";
import { writeWhole } from "../files/durable.ts";
import type { CorpusConfig } from "../schema/types.ts";
import { validate } from "../schema/validate.ts";

/** One folder with everything in it; nothing of a corpus is elsewhere but other people's archives. */
export interface Corpus {
  readonly folder: string;
  readonly config: CorpusConfig;
  /** One file a partition, in order. */
  readonly ledgerPaths: readonly string[];
  readonly segments: string;
  readonly archives: string;
  readonly manifest: string;
  readonly policyPath: string;
}

/**
 * Opens the corpus in `folder`.
 * @param create makes folder and commented `corpus.yaml` where they are missing
 * @param partitions of a ledger that is yet to be made; `null`: as the file says
 * @throws {PipelineError} `corpus-missing`, or `config-invalid` with the place in the file; `usage` for another number of
 * partitions than the corpus has
 */
export async function openCorpus(folder: string, create: boolean, partitions: number | null = null): Promise<Corpus> {
  const path = join(folder, "corpus.yaml");
  if (!existsSync(path)) {
    if (!create) {
      throw new PipelineError(
        "corpus-missing",
        `there is no corpus in ${resolve(folder)} (no corpus.yaml): name another folder with --corpus, or make one with \`colophon ingest\``,
        { folder },
      );
    }
    mkdirSync(folder, { recursive: true });
    writeWhole(path, defaultConfig(nameOf(folder), partitions ?? 1));
  }
  const config = await configOf(path);
  if (partitions !== null && partitions !== config.partitions) {
    throw new PipelineError(
      "usage",
      `${path} says ${config.partitions} partitions, not ${partitions}; a corpus keeps the number it was made with: leave --partitions out, or name another folder`,
      { path },
    );
  }
  return {
    folder,
    config,
    ledgerPaths: ledgerPathsOf(folder, config.partitions),
    segments: join(folder, "segments"),
    archives: join(folder, "archives"),
    manifest: join(folder, "manifest"),
    policyPath: resolve(folder, config.policy ?? "policy.yaml"),
  };
}

/** A corpus keeps the number of partitions that it was made with: where another kind of ledger is, none is made beside it. */
function ledgerPathsOf(folder: string, partitions: number): readonly string[] {
  const whole = join(folder, "ledger.sqlite");
  const part = (number: number): string => join(folder, `ledger-${String(number).padStart(5, "0")}.sqlite`);
  const other = partitions === 1 ? part(0) : whole;
  if (existsSync(other)) {
    throw new PipelineError(
      "config-invalid",
      `${join(folder, "corpus.yaml")}: partitions is ${partitions}, but the ledger in ${other} was made with another number; put it back, or ingest into a new corpus`,
      { path: other },
    );
  }
  return partitions === 1 ? [whole] : Array.from({ length: partitions }, (_, number) => part(number));
}

/** The folder that a `corpus.yaml`, or a folder with one, stands for. */
export function corpusFolderOf(path: string): string {
  if (basename(path) === "corpus.yaml") return dirname(path);
  if (!/\.ya?ml$/i.test(path)) return path;
  throw new PipelineError("usage", `${path}: a corpus is described by a file named corpus.yaml in its folder`, {
    path,
  });
}

/** Threads that measure, as `corpus.yaml` says; `auto` is one a core. */
export function workersOf({ config }: Corpus): number {
  return config.workers === "auto" ? availableParallelism() : config.workers;
}

/** Removes what killed runs left half written. Only the holder of the corpus's lock may call it. */
export function removeUnfinished(corpus: Corpus): void {
  if (!existsSync(corpus.segments)) return;
  for (const name of readdirSync(corpus.segments)) {
    if (name.startsWith(".unfinished-")) rmSync(join(corpus.segments, name));
  }
}

/** Parses YAML or JSON and names line and column of what cannot be parsed. */
export function yamlOf(path: string, code: "config-invalid" | "policy-invalid"): unknown {
  try {
    return parse(readFileSync(path, "utf8"));
  } catch (cause) {
    const at =
      cause instanceof YAMLParseError && cause.linePos ? `:${cause.linePos[0].line}:${cause.linePos[0].col}` : "";
    const words =
      cause instanceof Error
        ? (cause.message.split("\n", 1)[0] ?? "").replace(/ at line \d+, column \d+:$/, "")
        : String(cause);
    throw new PipelineError(code, `${path}${at}: ${words}`, { path }, cause);
  }
}

async function configOf(path: string): Promise<CorpusConfig> {
  return validate("config", yamlOf(path, "config-invalid"), path);
}

function nameOf(folder: string): string {
  return (
    resolve(folder)
      .split("/")
      .pop()
      ?.replaceAll(/[^A-Za-z0-9._-]+/g, "-") ?? "corpus"
  );
}

export function frontierPath(corpus: Corpus): string {
  return join(corpus.folder, "frontier.sqlite");
}

/** Where a corpus keeps what was copied for it. */
export function commonCrawlFolder(corpus: Corpus): string {
  return resolve(corpus.archives, "common-crawl");
}

/** The commented `corpus.yaml` of a new corpus; `schemas/config.schema.json` is what it is checked against. */
function defaultConfig(name: string, partitions: number): string {
  return `# What this corpus is called and how it is read. Every field is explained in schemas/config.schema.json.

# Stands in the manifest: letters, digits, dot, dash and underscore.
name: ${name}

# One sentence for its readers, and whom to write to about it.
# description: Openly licensed pages of ...
# contact: corpus@example.org

# What is kept, relative to this folder.
policy: policy.yaml

# Bytes of an archive that make one unit of work. Smaller ones spread better over many cores and lose less when a run is
# stopped; larger ones have less overhead. Archives that were registered before keep theirs.
sliceBytes: 8388608

# Threads that measure pages: a number, or auto for one a core.
workers: auto

# Files that the ledger is kept in, each with the captures of its domains. A corpus keeps the number it was made with.
${partitions === 1 ? "# partitions: 8" : `partitions: ${partitions}`}

# What \`colophon run\` gathers before it measures; each part may be left out. A crawl must name a contact (above).
# acquire:
#   crawl:
#     seeds: [https://example.org/]
#     scope: host # or domain, domain:example.org, prefix:https://example.org/docs/
#     delaySeconds: 1
#     maxPages: 10000
#   archives: [../other/*.warc.gz]
`;
}
