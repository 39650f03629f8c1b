import { existsSync } from "node:fs";
import { join } from "node:path";

import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import { schemaProblems } from "../schema/schema-problems.ts";
import { corpusHeadPath } from "./corpus-head.ts";
import { readLines } from "./line-reader.ts";
import type { Manifest } from "./manifest-head.ts";
import type { ManifestRow } from "./manifest-row.ts";
import { documentsPath, manifestPath } from "./manifest-text.ts";
import { bytesOfFile } from "./open-file.ts";
import { readTextLine } from "./text-line.ts";
import { findings } from "./verify/findings.ts";
import { headOf } from "./verify/head.ts";
import { readRow } from "./verify/rows.ts";

/** The text of one kept document. */
export interface ManifestText {
  /** Id of the row that it belongs to. */
  readonly id: Hex;
  readonly text: string;
}

/**
 * `manifest.json` of a folder, of the form its schema describes. Digests and sums are not compared: `verifyManifest` does that.
 * @throws {PipelineError} `not-found`, `manifest-broken`
 */
export async function readManifest(directory: string): Promise<Manifest> {
  const report = findings(1);
  const manifest = headOf(await manifestBytes(directory), manifestPath, "manifest", report) as Manifest | null;
  if (manifest === null) throw broken(join(directory, manifestPath), report.kept[0]?.found);
  return manifest;
}

/**
 * The rows of a manifest in the order of their ids, each of the form its schema describes.
 * @throws {PipelineError} `manifest-broken` at the first row that is not, and when the file is damaged
 */
export async function* manifestRows(directory: string): AsyncGenerator<ManifestRow> {
  const path = join(directory, documentsPath);
  if (!existsSync(path)) throw new PipelineError("not-found", `${path} is not there`, { path });
  const report = findings(1);
  const problemsOf = schemaProblems("document-row");
  let line = 0;
  for await (const bytes of readLines(directory, documentsPath)) {
    line++;
    const row = readRow(bytes, `${documentsPath}:${line}`, problemsOf, report);
    if (row === null) throw broken(`${path}:${line}`, report.kept[0]?.found);
    yield row;
  }
}

/**
 * The texts of a manifest, in the order of its rows.
 * @throws {PipelineError} `not-found`, `manifest-broken`
 */
export async function* manifestTexts(directory: string): AsyncGenerator<ManifestText> {
  const { files } = await readManifest(directory);
  for (const { path } of files.filter((file) => file.path.startsWith("text/"))) {
    let line = 0;
    for await (const bytes of readLines(directory, path)) {
      line++;
      const text = readTextLine(bytes);
      if (text === null)
        throw broken(`${join(directory, path)}:${line}`, "no id with a text and nothing else, in canonical form");
      yield text;
    }
  }
}

/** @throws {PipelineError} `not-found` */
export async function manifestBytes(directory: string): Promise<Buffer> {
  const bytes = await bytesOfFile(directory, manifestPath);
  if (typeof bytes !== "string") return bytes;
  const path = join(directory, manifestPath);
  const advice = existsSync(join(directory, corpusHeadPath))
    ? "this corpus has partitions, and each of its folders a manifest of its own"
    : "in a corpus, `colophon publish` writes it into the folder `manifest`";
  throw new PipelineError("not-found", `there is no manifest: ${path} cannot be read (${bytes}); ${advice}`, { path });
}

function broken(where: string, found: string | undefined): PipelineError {
  const words = `${where} is not as its schema describes: ${found ?? "unreadable"}; \`verifyManifest\` names all faults`;
  return new PipelineError("manifest-broken", words, { path: where });
}
