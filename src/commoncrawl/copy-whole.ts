import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { PipelineError } from "../core/errors.ts";
import { copyName, type Copied, type CopySpec } from "./copy-spec.ts";
import { subsetOf } from "./index-row.ts";
import { changedUnderway, type CrawlFiles } from "./crawl-files.ts";

/** Which version of the file the unfinished bytes are of, and how many it has. */
interface Begun {
  readonly version: string;
  readonly fileBytes: number | null;
}

/**
 * Brings a file of a crawl here as it is, or says where it lies when it is on this machine already. What was stopped, or
 * killed, goes on at the byte it reached, as long as the file is still the same.
 * @throws {PipelineError} `source-changed`, `source-refused`, `source-unreachable`, `interrupted`, `disk-full`
 */
export async function copyWhole(
  spec: CopySpec,
  folder: string,
  files: CrawlFiles,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<Copied> {
  const name = copyName(spec);
  // Parts of a crawl use the same names for their files, and a name is what a manifest shows.
  const own = join(folder, subsetOf(spec.file));
  const path = files.localPath(spec.file) ?? join(own, name);
  const bytes = await sizeOf(path);
  if (bytes !== null) return { path, name, records: 0, bytes, refused: [] };
  const got = files.localPath(spec.file) === null ? await fetched(spec, own, name, files, signal, onBytes) : null;
  if (got !== null) return { path, name, records: 0, bytes: got, refused: [] };
  const detail = `there is no ${files.place}${spec.file}`;
  const refused = [{ reason: "file-missing", detail, url: null, file: spec.file, offset: null }] as const;
  return { path: null, name, records: 0, bytes: 0, refused };
}

/** Bytes of the file that now lies whole under its name; `null` when the source has none. */
async function fetched(
  { file }: CopySpec,
  folder: string,
  name: string,
  files: CrawlFiles,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<number | null> {
  await mkdir(folder, { recursive: true });
  const part = join(folder, `.unfinished-${name}`);
  const notePath = `${part}.version`;
  const begun = await begunOf(notePath);
  let version = begun?.version ?? null;
  let at = version === null ? 0 : ((await sizeOf(part)) ?? 0);
  let changes = 0;
  const named = async (): Promise<number> => {
    await rename(part, join(folder, name));
    await rm(notePath, { force: true });
    return at;
  };
  // All of it was here, and only its name was missing, when the last run ended.
  if (at > 0 && at === begun?.fileBytes) return named();
  for (let failed = 0; ;) {
    if (at === 0) version = null;
    const answer = await files.open(file, { from: at, to: null, version }, signal);
    if (answer.state === "missing") return null;
    if (answer.state === "changed" || answer.state === "beyond") {
      changes++;
      if (changes > 1) throw changedUnderway(files, file);
      at = 0;
      continue;
    }
    const size = answer.fileBytes;
    const before = at;
    try {
      await using out = await open(part, at === 0 ? "w" : "r+");
      if (at === 0) await noteBegun(notePath, answer.version, size);
      ({ version } = answer);
      for await (const chunk of answer.bytes) {
        await out.write(chunk, 0, chunk.length, at);
        at += chunk.length;
        onBytes(chunk.length);
      }
      if (size !== null && at !== size) throw shorter(files, file, at, size);
      await out.sync();
      return await named();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOSPC") throw diskFull(file, error);
      if (!(error instanceof PipelineError) || error.code !== "source-unreachable") throw error;
      failed = at > before ? 1 : failed + 1;
      if (!(await files.again(failed, signal))) throw error;
      // Without a name for the version nobody can tell whether the rest would be of the same file.
      if (version === null) at = 0;
    }
  }
}

async function begunOf(path: string): Promise<Begun | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  return text === null || text === "" ? null : (JSON.parse(text) as Begun);
}

async function noteBegun(path: string, version: string | null, fileBytes: number | null): Promise<void> {
  if (version === null) {
    await rm(path, { force: true });
    return;
  }
  await writeFile(`${path}.new`, JSON.stringify({ version, fileBytes } satisfies Begun), { flush: true });
  await rename(`${path}.new`, path);
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  );
}

function shorter(files: CrawlFiles, file: string, got: number, size: number): PipelineError {
  return new PipelineError("source-unreachable", `${files.place}${file}: ${got} of ${size} bytes came`, { file });
}

function diskFull(file: string, cause: unknown): PipelineError {
  return new PipelineError(
    "disk-full",
    `no space left for ${file}; make room and run the same command again`,
    { file },
    cause,
  );
}
