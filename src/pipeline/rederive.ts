import { PipelineError } from "../core/errors.ts";
import { fileSha256 } from "../files/read-pieces.ts";
import { archivePaths } from "../ledger/archives.ts";
import type { Ledger } from "../ledger/open.ts";
import type { Source } from "../manifest/manifest-head.ts";
import { type ManifestRow, manifestRowOf } from "../manifest/manifest-row.ts";
import type { Rederive, Rederived } from "../manifest/verify/archives.ts";
import type { ArchiveState, InspectArchive } from "../manifest/verify/sources.ts";
import { processCapture, type Stages } from "../measure/process-capture.ts";
import { readArchive } from "../warc/read-archive.ts";
import type { ArchiveRecord } from "../warc/record.ts";
import { segmentJoiner, type SegmentJoiner } from "../warc/segment-joiner.ts";
import { bytesSource, fileSource, type ByteSource } from "../warc/source.ts";

/** Where an archive of this digest and name may be, the likeliest path first; empty when none is known. */
export type FindArchive = (sha256: string, name: string) => readonly string[];

/** Both need an archive to be found: `inspect` says whether it is what the manifest means, `rederive` reads its records. */
interface Rederiver extends Disposable {
  readonly inspect: InspectArchive;
  readonly rederive: Rederive;
}

/** An archive, and how its records of several segments are joined. */
type OpenSource = ByteSource & Disposable & { readonly joined: SegmentJoiner };

/**
 * Re-reads the archived bytes of manifest rows and puts them through the very stages of the pipeline: law 1, the archive is
 * the truth. Rows come in order of their place, so one archive is open at a time.
 */
export function rederiver(find: FindArchive, stages: Stages, signal: AbortSignal): Rederiver {
  const chosen = new Map<string, string>();
  let open: { readonly sha256: string; readonly source: OpenSource } | null = null;
  const sourceOf = ({ sha256, name }: ManifestRow["archive"]): OpenSource | null => {
    if (open?.sha256 === sha256) return open.source;
    open?.source[Symbol.dispose]();
    open = null;
    const path = chosen.get(sha256) ?? find(sha256, name)[0];
    if (path === undefined) return null;
    const source = fileSource(path);
    open = { sha256, source: { ...source, joined: segmentJoiner(source) } };
    return open.source;
  };
  return {
    async inspect(source, allBytes) {
      const { path, ...state } = await archiveAmong(find(source.sha256, source.name), source, allBytes, signal);
      if (path !== null) chosen.set(source.sha256, path);
      return state;
    },
    async rederive(row) {
      try {
        const source = sourceOf(row.archive);
        if (source === null) return { failure: `archive ${row.archive.name}: ${unknownPlace}` };
        const record = await recordAt(source, row);
        return record === null
          ? { failure: `no record stands at byte ${row.archive.offset} of ${row.archive.name} any more` }
          : derived(record, row, stages, await source.joined(record));
      } catch (error) {
        return { failure: error instanceof Error ? error.message : String(error) };
      }
    },
    [Symbol.dispose]: () => open?.source[Symbol.dispose](),
  };
}

const unknownPlace = "nothing here says where it lies; give its folder with --archives";

/** The first path that holds the archive; else the first that holds another file; else none. */
async function archiveAmong(
  paths: readonly string[],
  { sha256, bytes }: Source,
  allBytes: boolean,
  signal: AbortSignal,
): Promise<ArchiveState & { readonly path: string | null }> {
  let other: (ArchiveState & { readonly path: string }) | null = null;
  let why = unknownPlace;
  for (const path of paths) {
    try {
      using file = fileSource(path);
      const digest = allBytes ? await fileSha256(path, signal) : null;
      if (file.size === bytes && (digest === null || digest === sha256)) return { state: "whole", path };
      const found = `${path}: ${file.size} bytes${digest === null ? "" : `, SHA-256 ${digest}`}`;
      other ??= { state: "changed", found, path };
    } catch (error) {
      if (signal.aborted) throw new PipelineError("interrupted", "stopped before everything was verified");
      if (!(error instanceof PipelineError)) throw error;
      why = error.message;
    }
  }
  return other ?? { state: "missing", found: why, path: null };
}

/** Looks an archive up in the ledger. */
export function archiveInLedger(ledger: Ledger): FindArchive {
  return (sha256) => archivePaths(ledger, sha256);
}

/** More than the reader looks at behind a plain record. */
const lookAheadBytes = 32 << 10;

/**
 * Gzip members and plain WARC records stand by themselves, so that only their own bytes are read. A zstd frame may need
 * the file's dictionary, and a record of plain ARC the file's first line: those are read in their file. What follows a
 * plain record says whether its length is to be believed, so that a little of it is read too; behind a member one byte, or
 * a row could state a byte less than there are.
 */
async function recordAt(source: ByteSource, { archive }: ManifestRow): Promise<ArchiveRecord | null> {
  const { offset, length, innerOffset } = archive;
  const start = source.read(offset, 5);
  const plain = start.toString("latin1") === "WARC/";
  const alone = plain || (start[0] === 0x1f && start[1] === 0x8b);
  const items = alone
    ? readArchive(bytesSource(source.read(offset, length + (plain ? lookAheadBytes : 1))), {
        start: 0,
        end: length,
        exactStart: true,
      })
    : readArchive(source, { start: offset, end: offset + length, exactStart: true });
  for await (const item of items) {
    const at = item.offset + (alone ? offset : 0);
    if (item.kind === "record" && at === offset && item.innerOffset === innerOffset) return { ...item, offset };
  }
  return null;
}

/** The rest of the context is not compared: no capture knows of others, nor where its text is stored. */
const alone = { cluster: null, inherited: null, segmentSha256: "", position: 0 };

function derived(record: ArchiveRecord, { archive }: ManifestRow, stages: Stages, joined: Buffer | null): Rederived {
  const { row } = processCapture(record, archive.sha256, stages, joined);
  const { document } = row;
  if (document === null) return { failure: `it now ends as ${row.outcome} (${row.reason ?? ""})` };
  const context = { ...alone, archiveName: archive.name, ruleSet: stages.rules };
  const {
    cluster: _cluster,
    inherited: _inherited,
    source: _source,
    ...fields
  } = manifestRowOf({ ...row, document }, context);
  return { fields };
}
