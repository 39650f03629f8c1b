import { buildIdOf, revisionsText, type Build } from "../core/build/build-id.ts";
import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import type { Ledger } from "./open.ts";
import { blobOf } from "./rows.ts";

export const buildSql = {
  key: "SELECT key FROM build WHERE id = ?",
  add: "INSERT INTO build (id, revisions) VALUES (?, ?)",
  shares: `SELECT b.id AS build, lower(hex(a.sha256)) AS archive, count(*) AS slices, sum(s.document_count) AS documents
    FROM slice s JOIN archive a ON a.key = s.archive LEFT JOIN build b ON b.key = s.build GROUP BY s.build, s.archive`,
  others: `SELECT lower(hex(a.sha256)) AS sha256, a.name, a.bytes FROM archive a WHERE EXISTS
    (SELECT 1 FROM slice s LEFT JOIN build b ON b.key = s.build WHERE s.archive = a.key AND b.id IS NOT ?) ORDER BY a.sha256`,
  all: "SELECT id, revisions FROM build",
  kept: `SELECT b.id AS build, count(*) AS documents FROM decision x JOIN capture c ON c.key = x.document
    JOIN slice s ON s.key = c.slice LEFT JOIN build b ON b.key = s.build
    WHERE x.policy = (SELECT key FROM policy WHERE sha256 = ?) AND x.kept = 1 GROUP BY s.build`,
} as const;

/** What one build measured; `null`: a version of the program that recorded none. */
export interface BuildShare {
  readonly build: Hex | null;
  readonly archives: number;
  readonly slices: number;
  readonly documents: number;
}

/** Key of a build, stored when it is new. Only inside a transaction. @throws {PipelineError} `segment-broken` */
export function buildKey(ledger: Ledger, build: Build | undefined): number | null {
  if (build === undefined) return null;
  const { id, revisions } = build;
  const known = ledger.statement<{ key: number }>(buildSql.key).get(id);
  if (known !== undefined) return known.key;
  if (buildIdOf(revisions) !== id) {
    throw new PipelineError("segment-broken", `a segment states the build ${id}, and revisions that are not its own`);
  }
  return Number(ledger.statement(buildSql.add).run(id, revisionsText(revisions)).lastInsertRowid);
}

/** What each build measured, those without one first. A slice is in every partition: it counts once. */
export function buildShares(ledgers: readonly Ledger[]): BuildShare[] {
  const archives = new Map<Hex | null, Map<Hex, { slices: number; documents: number }>>();
  for (const ledger of ledgers) {
    const rows = ledger.statement<ArchiveShare>(buildSql.shares).all();
    for (const { build, archive, slices, documents } of rows) {
      const ofBuild = archives.get(build) ?? new Map<Hex, { slices: number; documents: number }>();
      archives.set(build, ofBuild);
      const known = ofBuild.get(archive) ?? { slices: 0, documents: 0 };
      ofBuild.set(archive, { slices: Math.max(known.slices, slices), documents: known.documents + documents });
    }
  }
  const sum = (numbers: readonly number[]): number => numbers.reduce((so, one) => so + one, 0);
  const shares = [...archives].map(([build, ofBuild]) => ({
    build,
    archives: ofBuild.size,
    slices: sum([...ofBuild.values()].map(({ slices }) => slices)),
    documents: sum([...ofBuild.values()].map(({ documents }) => documents)),
  }));
  return shares.sort((one, other) => compareBuilds(one.build, other.build));
}

interface ArchiveShare {
  readonly build: Hex | null;
  readonly archive: Hex;
  readonly slices: number;
  readonly documents: number;
}

function compareBuilds(one: Hex | null, other: Hex | null): number {
  if (one === other) return 0;
  return (one ?? "") < (other ?? "") ? -1 : 1;
}

/** An archive of which another build than the given one measured a slice. */
export interface ArchiveOfOtherBuild {
  readonly sha256: Hex;
  readonly name: string;
  readonly bytes: number;
}

/** In order of digest. */
export function archivesOfOtherBuilds(ledger: Ledger, build: Hex): ArchiveOfOtherBuild[] {
  return ledger.statement<ArchiveOfOtherBuild>(buildSql.others).all(build);
}

/** A build that measured documents which a policy keeps; both `null` for one that was not recorded. */
export interface KeptBuild {
  readonly id: Hex | null;
  readonly documents: number;
  readonly revisions: Build["revisions"] | null;
}

/** Every build that measured a document which the policy keeps, those without one first. */
export function keptBuilds(ledger: Ledger, policySha256: Hex): KeptBuild[] {
  const rows = ledger.statement<{ id: Hex; revisions: string }>(buildSql.all).all();
  const revisions = new Map(rows.map((row) => [row.id, JSON.parse(row.revisions) as Build["revisions"]]));
  return ledger
    .statement<{ build: Hex | null; documents: number }>(buildSql.kept)
    .all(blobOf(policySha256))
    .map(({ build, documents }) => ({
      id: build,
      documents,
      revisions: build === null ? null : (revisions.get(build) ?? null),
    }))
    .sort((one, other) => compareBuilds(one.id, other.id));
}
