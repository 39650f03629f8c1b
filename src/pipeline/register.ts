import { statSync } from "node:fs";
import { basename, resolve } from "node:path";

import { PipelineError } from "../core/errors.ts";
import type { ArchiveRow, Hex, SliceSpec } from "../core/records.ts";
import { fileSha256 } from "../files/read-pieces.ts";
import { archiveByPath, registerArchive } from "../ledger/archives.ts";
import { fileSource } from "../warc/source.ts";
import type { Run } from "./run.ts";

/** A file that could not be taken in, and why; the others go on. */
export interface InputFailure {
  readonly path: string;
  readonly message: string;
}

/** A file that was looked at: registered, or the same bytes as one before it (`archive` is `null`), or not to be taken in. */
export type Registered =
  | { readonly path: string; readonly archive: ArchiveRow | null }
  | { readonly path: string; readonly failure: InputFailure };

/**
 * Names each file by the digest of its bytes and registers it, one each time it is asked. A file that the ledger knows unchanged
 * (path, size and time of change) is not read again; two files with the same bytes are one archive. Ends early when `signal`
 * aborts.
 */
export async function* registerArchives(run: Run, paths: readonly string[]): AsyncGenerator<Registered> {
  const { signal } = run;
  const known = new Set<Hex>();
  for (const path of paths) {
    if (signal.aborted) return;
    let one: Registered;
    try {
      const archive = await registered(run, resolve(path));
      one = { path, archive: known.has(archive.sha256) ? null : archive };
      known.add(archive.sha256);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof PipelineError) || !error.code.startsWith("archive-")) throw error;
      one = { path, failure: { path, message: error.message } };
    }
    yield one;
  }
}

/** Bytes of a file, to say how much is to come; 0 where that is not known. */
export function bytesOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

async function registered({ corpus, ledgers, signal }: Run, path: string): Promise<ArchiveRow> {
  const { sliceBytes } = corpus.config;
  // Opening it as the reader will gives the same clear error for a folder, a missing file or no permission.
  fileSource(path)[Symbol.dispose]();
  const before = statOf(path);
  // Partitions are written in order: what the last one knows, all know.
  const known = ledgers.slice(-1).map((ledger) => archiveByPath(ledger, path, before))[0] ?? null;
  if (known !== null) return known;
  const sha256 = await fileSha256(path, signal);
  const after = statOf(path);
  if (before.bytes !== after.bytes || before.mtimeNs !== after.mtimeNs) {
    throw new PipelineError(
      "archive-changed",
      `${path} changed while it was read; wait until it is whole and run again`,
      { path },
    );
  }
  const row: ArchiveRow = {
    sha256,
    name: basename(path),
    path,
    bytes: before.bytes,
    sliceBytes,
    sliceCount: sliceCountOf(before.bytes, sliceBytes),
  };
  // The first may know the bytes already: all keep the slicing that it has.
  return ledgers.reduce((as, ledger) => registerArchive(ledger, as, before.mtimeNs), row);
}

function statOf(path: string): { readonly bytes: number; readonly mtimeNs: bigint } {
  const { size, mtimeNs } = statSync(path, { bigint: true });
  return { bytes: Number(size), mtimeNs };
}

/** How many slices a file of this size has; an empty file has one, so that it too is accounted for. */
function sliceCountOf(bytes: number, sliceBytes: number): number {
  return Math.max(1, Math.ceil(bytes / sliceBytes));
}

/** The slice with this index; its ends are nominal, the records decide the true ones. */
export function sliceOf(archive: ArchiveRow, index: number): SliceSpec {
  return {
    archive: archive.sha256,
    index,
    nominalStart: index * archive.sliceBytes,
    nominalEnd: Math.min(archive.bytes, (index + 1) * archive.sliceBytes),
    exactStart: null,
  };
}
