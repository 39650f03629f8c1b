import { PipelineError } from "../core/errors.ts";
import type { ArchiveRow, Hex } from "../core/records.ts";
import { archivePath, storedPath } from "./archive-paths.ts";
import type { Ledger } from "./open.ts";
import { inTransaction } from "./partitions.ts";
import { termKey, blobOf } from "./rows.ts";

const columns = `lower(hex(a.sha256)) AS sha256, a.name, p.path, a.bytes, a.slice_bytes AS sliceBytes,
  a.slice_count AS sliceCount FROM archive a JOIN archive_path p ON p.archive = a.key`;

export const archiveSql = {
  key: "SELECT key FROM archive WHERE sha256 = ?",
  add: `INSERT INTO archive (sha256, name, bytes, slice_bytes, slice_count) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (sha256) DO UPDATE SET name = min(name, excluded.name)`,
  addPath: `INSERT INTO archive_path (path, archive, mtime_ns) VALUES (?, ?, ?)
    ON CONFLICT (path) DO UPDATE SET archive = excluded.archive, mtime_ns = excluded.mtime_ns`,
  byPathKey: "SELECT archive FROM archive_path WHERE path = ?",
  addCopy: `INSERT INTO archive_copy (archive, crawl, file) VALUES (?, ?, ?) ON CONFLICT (archive) DO NOTHING`,
  paths:
    "SELECT p.path FROM archive_path p JOIN archive a ON a.key = p.archive WHERE a.sha256 = ? ORDER BY p.path LIKE '/%', p.path",
  byPath: `SELECT ${columns} WHERE p.path = ?`,
  byStat: `SELECT ${columns} WHERE p.path = ? AND a.bytes = ? AND p.mtime_ns = ?`,
  slices: `SELECT s.slice_index AS "index", s.first_byte AS begin, s.end_byte AS end,
    lower(hex(s.segment_sha256)) AS segmentSha256, b.id AS build
    FROM slice s LEFT JOIN build b ON b.key = s.build WHERE s.archive = ? ORDER BY s.slice_index`,
  ofSegment: `SELECT lower(hex(a.sha256)) AS sha256, a.name, a.bytes FROM slice s JOIN archive a ON a.key = s.archive
    WHERE s.segment_sha256 = ? ORDER BY a.sha256`,
  segments: "SELECT DISTINCT lower(hex(segment_sha256)) AS segment FROM slice",
  sources: `SELECT name, archive_sha256 AS sha256, bytes, slices, slices_measured AS slicesMeasured,
    record_bytes AS recordBytes, lost_bytes AS lostBytes, captures, documents FROM archives ORDER BY archive_sha256`,
} as const;

/** A slice that is in the ledger: it need not be measured again. */
export interface KnownSlice {
  readonly index: number;
  readonly begin: number;
  readonly end: number;
  readonly segmentSha256: Hex;
  /** Id of the build that measured it; `null` for a version that recorded none. */
  readonly build: Hex | null;
}

/** An archive with its bytes accounted; `recordBytes + lostBytes` is `bytes` once all its slices are measured. */
export interface ArchiveTotals {
  readonly name: string;
  readonly sha256: Hex;
  readonly bytes: number;
  readonly slices: number;
  readonly slicesMeasured: number;
  readonly recordBytes: number;
  readonly lostBytes: number;
  readonly captures: number;
  readonly documents: number;
}

/**
 * Records an archive and the path it was seen at. Bytes that are known already keep the slicing they were first
 * registered with, so that work goes on where it stopped whatever the configuration says now, and the smallest of the names
 * they were seen under, so that a manifest does not depend on which copy came first.
 * @param mtimeNs time of change of the file, for `archiveByPath`
 * @returns the archive as the ledger has it, at this path
 */
export function registerArchive(ledger: Ledger, row: ArchiveRow, mtimeNs: bigint): ArchiveRow {
  const path = storedPath(ledger, row.path);
  return inTransaction(ledger, () => {
    ledger.statement(archiveSql.add).run(blobOf(row.sha256), row.name, row.bytes, row.sliceBytes, row.sliceCount);
    ledger.statement(archiveSql.addPath).run(path, archiveKey(ledger, row.sha256), mtimeNs);
    const known = ledger.statement<ArchiveRow>(archiveSql.byPath).get(path);
    return known === undefined ? row : { ...known, path: archivePath(ledger, path) };
  });
}

/** Notes that an archive is a whole file of somebody else's crawl; nothing when the archive at `path` is not registered. */
export function noteArchiveCopy(ledger: Ledger, path: string, crawl: string, file: string): void {
  inTransaction(ledger, () => {
    const row = ledger.statement<{ archive: number }>(archiveSql.byPathKey).get(storedPath(ledger, path));
    if (row === undefined) return;
    ledger.statement(archiveSql.addCopy).run(row.archive, termKey(ledger, crawl), termKey(ledger, file));
  });
}

/** Every path at which the archive with these bytes was last seen; those in the corpus' own folder come first. */
export function archivePaths(ledger: Ledger, sha256: Hex): string[] {
  const rows = ledger.statement<{ path: string }>(archiveSql.paths).all(blobOf(sha256));
  return rows.map(({ path }) => archivePath(ledger, path));
}

/** The archive that was registered at `path`, if the file still has the size and time of change that it had then. */
export function archiveByPath(
  ledger: Ledger,
  path: string,
  stat: { readonly bytes: number; readonly mtimeNs: bigint },
): ArchiveRow | null {
  const stored = storedPath(ledger, path);
  const row = ledger.statement<ArchiveRow>(archiveSql.byStat).get(stored, stat.bytes, stat.mtimeNs);
  return row === undefined ? null : { ...row, path: archivePath(ledger, stored) };
}

/** The slices of an archive that are in the ledger, in order. */
export function slicesOf(ledger: Ledger, archive: Hex): KnownSlice[] {
  return ledger.statement<KnownSlice>(archiveSql.slices).all(archiveKey(ledger, archive));
}

/** The archives whose slices came from a segment: one, where nothing is wrong. */
export function archivesOf(ledger: Ledger, segment: Hex): Pick<ArchiveRow, "sha256" | "name" | "bytes">[] {
  return ledger.statement<Pick<ArchiveRow, "sha256" | "name" | "bytes">>(archiveSql.ofSegment).all(blobOf(segment));
}

/** The segments that the slices of a ledger came from. */
export function segmentsOf(ledger: Ledger): Hex[] {
  return ledger
    .statement<{ segment: Hex }>(archiveSql.segments)
    .all()
    .map(({ segment }) => segment);
}

/** Every archive, in order of digest, over all partitions: each knows all archives, one has the bytes of each. */
export function archiveTotals(ledgers: readonly Ledger[]): ArchiveTotals[] {
  const archives = new Map<Hex, ArchiveTotals>();
  for (const ledger of ledgers) {
    for (const row of ledger.statement<ArchiveTotals>(archiveSql.sources).all()) {
      const known = archives.get(row.sha256);
      archives.set(row.sha256, known === undefined ? row : together(known, row));
    }
  }
  return [...archives.values()];
}

/** A slice counts as measured when every partition has its part of it. */
function together(one: ArchiveTotals, other: ArchiveTotals): ArchiveTotals {
  return {
    ...one,
    slicesMeasured: Math.min(one.slicesMeasured, other.slicesMeasured),
    recordBytes: one.recordBytes + other.recordBytes,
    lostBytes: one.lostBytes + other.lostBytes,
    captures: one.captures + other.captures,
    documents: one.documents + other.documents,
  };
}

/** @throws {PipelineError} `not-found` */
export function archiveKey(ledger: Ledger, sha256: Hex): number {
  const row = ledger.statement<{ key: number }>(archiveSql.key).get(blobOf(sha256));
  if (row === undefined) {
    throw new PipelineError("not-found", `archive ${sha256} is not registered in ${ledger.path}`, {
      path: ledger.path,
    });
  }
  return row.key;
}
