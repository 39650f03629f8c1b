import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

import { parse, YAMLParseError } from "yaml";

import { PipelineError } from "../core/errors.ts";
import type { CorpusConfig } from "../schema/types.ts";
import { validate } from "../schema/validate.ts";
import { defaultConfig } from "./default-config.ts";

/** One folder with everything in it; nothing of a corpus lies elsewhere but other people's archives. */
export interface Corpus {
  readonly folder: string;
  readonly config: CorpusConfig;
  readonly ledgerPath: string;
  readonly segments: string;
  readonly archives: string;
  readonly manifest: string;
  readonly policyPath: string;
}

/**
 * Opens the corpus in `folder`.
 * @param create makes folder and commented `corpus.yaml` where they are missing
 * @throws {PipelineError} `corpus-missing`, or `config-invalid` with the place in the file
 */
export async function openCorpus(folder: string, create: boolean): Promise<Corpus> {
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
    writeWhole(path, defaultConfig(nameOf(folder)));
  }
  const config = await configOf(path);
  return {
    folder,
    config,
    ledgerPath: join(folder, "ledger.sqlite"),
    segments: join(folder, "segments"),
    archives: join(folder, "archives"),
    manifest: join(folder, "manifest"),
    policyPath: resolve(folder, config.policy ?? "policy.yaml"),
  };
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

/** Writes a small file so that it is whole or absent. */
export function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { flush: true });
  renameSync(`${path}.new`, path);
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
