import { mkdir, open, readFile, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";

import { diskFullOf } from "../core/disk-full.ts";
import { PipelineError } from "../core/errors.ts";
import { count, nullable, object, parsedOrNull, text, type Shaped } from "../core/json-shape.ts";
import { renameDurably, writeAll, writeWhole } from "../files/durable.ts";
import { copyName, type Copied, type CopyRun, type CopySpec } from "./copy-spec.ts";
import { changedUnderway, type CrawlFiles, type FileBytes } from "./crawl-files.ts";
import { subsetOf } from "./index-row.ts";

/** The version of the file that the unfinished bytes belong to, and its size in bytes. */
const begunShape = object({ version: text, fileBytes: nullable(count) });
type Begun = Shaped<typeof begunShape>;

/**
 * Copies a file of a crawl to this machine unchanged, or says where it is when it is here already. A copy that was
 * stopped, or killed, continues at the byte it reached, if the file is still the same.
 * @throws {PipelineError} `source-changed`, `source-refused`, `source-unreachable`, `interrupted`, `disk-full`
 */
export async function copyWhole(spec: CopySpec, run: CopyRun): Promise<Copied> {
  const { files } = run;
  const name = copyName(spec);
  // Subsets of a crawl use the same file names, and a manifest shows only the name.
  const folder = join(run.folder, subsetOf(spec.file));
  const path = files.localPath(spec.file) ?? join(folder, name);
  const bytes = await sizeOf(path);
  if (bytes !== null) return { path, name, records: 0, bytes, refused: [] };
  if (files.localPath(spec.file) === null) {
    const got = await fetched(spec.file, path, { ...run, folder }).catch((error: unknown) => {
      const { file } = spec;
      throw diskFullOf(error, `no space left for ${file}; make room and run the same command again`, { file });
    });
    if (got !== null) return { path, name, records: 0, bytes: got, refused: [] };
  }
  const detail = `there is no ${files.location}${spec.file}`;
  const refused = [{ reason: "file-missing", detail, url: null, file: spec.file, offset: null }] as const;
  return { path: null, name, records: 0, bytes: 0, refused };
}

/** A copy that is not whole yet. */
interface Unfinished {
  /** Of the unfinished bytes. */
  readonly path: string;
  readonly notePath: string;
  /** Bytes that are there. */
  at: number;
  /** `null`: the server names no version, so these bytes cannot be continued. */
  version: string | null;
}

/** Bytes of the file that is now whole at `path`; `null` when the source has none. */
async function fetched(file: string, path: string, run: CopyRun): Promise<number | null> {
  const { folder, files, signal } = run;
  await mkdir(folder, { recursive: true });
  const part = join(folder, `.unfinished-${basename(path)}`);
  const notePath = `${part}.version`;
  const begun = await begunOf(notePath);
  const version = begun?.version ?? null;
  const copy: Unfinished = { path: part, notePath, at: version === null ? 0 : ((await sizeOf(part)) ?? 0), version };
  // When the last run ended, all bytes were here and only the rename was missing.
  if (copy.at > 0 && copy.at === begun?.fileBytes) return named(copy, path);
  for (let [failed, changes] = [0, 0]; ;) {
    if (copy.at === 0) copy.version = null;
    const answer = await files.open(file, { from: copy.at, to: null, version: copy.version }, signal);
    if (answer.state === "missing") return null;
    if (answer.state === "changed" || answer.state === "beyond") {
      changes++;
      if (changes > 1) throw changedUnderway(files, file);
      copy.at = 0;
      continue;
    }
    const before = copy.at;
    try {
      await writeOn(copy, answer, file, run);
      return await named(copy, path);
    } catch (error) {
      if (!(error instanceof PipelineError) || error.code !== "source-unreachable") throw error;
      failed = copy.at > before ? 1 : failed + 1;
      if (!(await files.again(failed, signal))) throw error;
      // Without a version, the rest might come from another file.
      if (copy.version === null) copy.at = 0;
    }
  }
}

/** Appends the received bytes to the unfinished copy until the file is complete and on disk. */
async function writeOn(copy: Unfinished, answer: FileBytes, file: string, { files, onBytes }: CopyRun): Promise<void> {
  const { version, fileBytes } = answer;
  await using out = await open(copy.path, copy.at === 0 ? "w" : "r+");
  if (copy.at === 0) await noteBegun(copy.notePath, version, fileBytes);
  copy.version = version;
  for await (const chunk of answer.bytes) {
    await writeAll(out, chunk, copy.at);
    copy.at += chunk.length;
    onBytes(chunk.length);
  }
  if (fileBytes !== null && copy.at !== fileBytes) throw shorter(files, file, copy.at, fileBytes);
  await out.sync();
}

async function named({ path: unfinished, notePath, at }: Unfinished, path: string): Promise<number> {
  await renameDurably(unfinished, path);
  await rm(notePath, { force: true });
  return at;
}

/** `null`: there is no note that can be read, and the copy begins at the first byte. */
async function begunOf(path: string): Promise<Begun | null> {
  const json = await readFile(path, "utf8").catch(() => null);
  return json === null ? null : parsedOrNull(begunShape, json);
}

async function noteBegun(path: string, version: string | null, fileBytes: number | null): Promise<void> {
  if (version === null) {
    await rm(path, { force: true });
    return;
  }
  writeWhole(path, JSON.stringify({ version, fileBytes } satisfies Begun));
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  );
}

function shorter(files: CrawlFiles, file: string, got: number, size: number): PipelineError {
  return new PipelineError("source-unreachable", `${files.location}${file}: ${got} of ${size} bytes came`, { file });
}
