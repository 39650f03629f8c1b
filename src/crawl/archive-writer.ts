import { mkdirSync } from "node:fs";
import { open, readdir, rename, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

import { diskFullOf } from "../core/disk-full.ts";
import { PipelineError } from "../core/errors.ts";
import { count, object, type Shape } from "../core/json-shape.ts";
import { renameDurably, syncFolder, writeAll } from "../files/durable.ts";
import type { Fields } from "../warc/record.ts";
import { freeBytes } from "../warc/release-memory.ts";
import { warcinfoMember } from "./exchange-records.ts";

/** How far the archives of a crawl are on disk, as the frontier notes it: the file being written and its good bytes. */
export interface ArchiveState {
  readonly number: number;
  readonly bytes: number;
}

export const archiveStateShape: Shape<ArchiveState> = object({ number: count, bytes: count });

export interface ArchiveWriter extends AsyncDisposable {
  /**
   * Writes members behind what there is; all of it is on disk when this resolves, and the state is to be noted. The members
   * are used up.
   */
  readonly append: (members: readonly Buffer[]) => Promise<ArchiveState>;
  /** Ends the file being written, all of which must have been noted. @returns its final path, `null` when it is empty */
  readonly roll: () => Promise<string | null>;
  /** Of the file that is or will be written next. */
  readonly state: () => ArchiveState;
  /** Bytes after the noted ones that an earlier process left behind, and that are gone now. */
  readonly droppedBytes: number;
}

export interface ArchiveOptions {
  readonly folder: string;
  /** As last noted; `null` for a new crawl. */
  readonly state: ArchiveState | null;
  /** The block of each file's `warcinfo` record. */
  readonly warcinfo: Fields;
  /** Wall clock. */
  readonly nowMs: () => number;
}

const finished = /^crawl-(\d{5,})\.warc\.gz$/;
const unfinished = /^crawl-(\d{5,})\.warc\.gz\.open$/;

/** Final name of the file of that number. While it is written it ends in `.open`. */
function archiveName(number: number): string {
  return `crawl-${String(number).padStart(5, "0")}.warc.gz`;
}

/** Archives of a crawl that are whole, in order. */
export async function finishedArchives(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => finished.test(name))
    .toSorted()
    .map((name) => join(folder, name));
}

/**
 * Opens the archives of a crawl for writing on. What comes after the noted bytes was never acknowledged: it is cut off, so
 * that the file ends in a whole record.
 * @throws {PipelineError} `archive-changed` when fewer bytes are there than were noted, `disk-full`, `archive-write`
 */
export async function openArchiveWriter(options: ArchiveOptions): Promise<ArchiveWriter> {
  const { folder, warcinfo, nowMs } = options;
  mkdirSync(folder, { recursive: true });
  const { droppedBytes, ...start } = await recovered(folder, options.state);
  let { number, bytes } = start;
  let file: FileHandle | null = null;
  const openPath = (): string => join(folder, `${archiveName(number)}.open`);

  const opened = async (): Promise<FileHandle> => {
    if (file !== null) return file;
    file = await open(openPath(), bytes > 0 ? "r+" : "w");
    if (bytes === 0) await syncFolder(folder);
    return file;
  };
  return {
    droppedBytes,
    state: () => ({ number, bytes }),
    async append(members) {
      if (members.length === 0) return { number, bytes };
      try {
        const handle = await opened();
        const all = bytes > 0 ? members : [warcinfoMember(archiveName(number), nowMs(), warcinfo), ...members];
        let end = bytes;
        for (const part of partsOf(all)) end += await writtenWhole(handle, part, end);
        await handle.datasync();
        bytes = end;
        for (const member of members) freeBytes(member);
        return { number, bytes };
      } catch (error) {
        throw writeErrorOf(error, openPath());
      }
    },
    async roll() {
      if (bytes === 0) return null;
      await file?.close();
      file = null;
      const path = join(folder, archiveName(number));
      await renameDurably(openPath(), path);
      number += 1;
      bytes = 0;
      return path;
    },
    async [Symbol.asyncDispose]() {
      await file?.close();
      file = null;
    },
  };
}

async function recovered(
  folder: string,
  noted: ArchiveState | null,
): Promise<ArchiveState & { readonly droppedBytes: number }> {
  const names = await readdir(folder);
  const numberIn = (pattern: RegExp): number[] =>
    names.flatMap((name) => pattern.exec(name)?.slice(1).map(Number) ?? []);
  if (noted === null) {
    // Without a note it is unknown what was acknowledged; a reader names what is torn, and nothing whole is lost.
    for (const number of numberIn(unfinished)) {
      await rename(join(folder, `${archiveName(number)}.open`), join(folder, archiveName(number)));
    }
    return { number: Math.max(0, ...numberIn(finished), ...numberIn(unfinished)) + 1, bytes: 0, droppedBytes: 0 };
  }
  const { number, bytes } = noted;
  const path = join(folder, `${archiveName(number)}.open`);
  const size = await sizeOf(path);
  if (size === null) {
    if (bytes === 0) return { ...noted, droppedBytes: 0 };
    // It was renamed, but the process ended before that could be noted.
    if ((await sizeOf(join(folder, archiveName(number)))) === bytes) {
      return { number: number + 1, bytes: 0, droppedBytes: 0 };
    }
  }
  if (size === null || size < bytes) {
    throw new PipelineError(
      "archive-changed",
      `${path} has ${size ?? "no"} bytes, but ${bytes} had been written: it was changed or lost; put it back, or begin a new crawl in another folder`,
      { path, bytes },
    );
  }
  if (size > bytes) {
    const handle = await open(path, "r+");
    try {
      await handle.truncate(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
  return { number, bytes, droppedBytes: size - bytes };
}

/** Systems take at most 1,024 buffers in one call. */
function* partsOf(members: readonly Buffer[]): Generator<readonly Buffer[]> {
  for (let at = 0; at < members.length; at += 1000) yield members.slice(at, at + 1000);
}

/** A full disk may take a part: then the rest is written for the error to show. */
async function writtenWhole(file: FileHandle, members: readonly Buffer[], position: number): Promise<number> {
  const total = members.reduce((sum, { length }) => sum + length, 0);
  const { bytesWritten } = await file.writev(members, position);
  if (bytesWritten < total) {
    await writeAll(file, Buffer.concat(members).subarray(bytesWritten), position + bytesWritten);
  }
  return total;
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function writeErrorOf(error: unknown, path: string): unknown {
  const ours = diskFullOf(
    error,
    `no space left for ${path}; make room and run the same command again: nothing acknowledged is lost`,
    { path },
  );
  if (ours !== error || !(error instanceof Error) || !("code" in error)) return ours;
  return new PipelineError("archive-write", `cannot write ${path} (${String(error.code)})`, { path }, error);
}
