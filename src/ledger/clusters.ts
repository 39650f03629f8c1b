import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import type { Ledger } from "./open.ts";
import { inTransactions } from "./partitions.ts";
import { pagesOf, blobOf } from "./rows.ts";

export const clusterSql = {
  documents: `SELECT lower(hex(c.id)) AS id, lower(hex(d.text_sha256)) AS textSha256, l.text AS licence,
    c.captured_at AS capturedAt, co.origin || coalesce(d.canonical_rest, c.url_rest) AS canonicalUrl,
    o.origin || c.url_rest AS url, lower(hex(s.segment_sha256)) AS segmentSha256, c.position
    FROM capture c INDEXED BY capture_by_id
    JOIN document d ON d.key = c.key
    JOIN slice s ON s.key = c.slice
    JOIN origin o ON o.key = c.origin
    LEFT JOIN origin co ON co.key = d.canonical_origin
    JOIN term l ON l.key = d.licence
    WHERE c.id > ? ORDER BY c.id LIMIT ?`,
  clearMembers: "DELETE FROM cluster_member",
  clear: "DELETE FROM cluster",
  document: "SELECT d.key FROM capture c JOIN document d ON d.key = c.key WHERE c.id = ?",
  add: "INSERT INTO cluster (representative, representative_id) VALUES (?, ?)",
  addMember: "INSERT INTO cluster_member (document, cluster, similarity) VALUES (?, ?, ?)",
} as const;

/** What the cluster stage needs of a document; its signature is at `position` in the segment. */
export interface ClusteringRow {
  readonly id: Hex;
  readonly textSha256: Hex;
  readonly licence: string;
  readonly capturedAt: number | null;
  readonly canonicalUrl: string | null;
  readonly url: string;
  readonly segmentSha256: Hex;
  /** Ordinal of the capture in its segment, captures without a document counted. */
  readonly position: number;
}

/** Near-duplicates; the representative is a member of similarity 1. */
export interface ClusterRow {
  readonly representative: Hex;
  readonly members: readonly { readonly id: Hex; readonly similarity: number }[];
}

/** Every document, in order of id. The ledger may be written to between two of them. */
export function documentsForClustering(ledger: Ledger): Generator<ClusteringRow> {
  const page = ledger.statement<ClusteringRow>(clusterSql.documents);
  return pagesOf(
    "",
    ({ id }) => id,
    (after, limit) => page.all(blobOf(after), limit),
  );
}

/**
 * Replaces all clusters by these, in one transaction a partition. Each partition gets the members
 * that are in it, under the representative of all.
 * @throws {PipelineError} `not-found` for a member that is no document of any partition
 */
export function replaceClusters(ledgers: readonly Ledger[], clusters: Iterable<ClusterRow>): void {
  const find = documentFinder(ledgers);
  inTransactions(ledgers, () => {
    for (const ledger of ledgers) {
      ledger.statement(clusterSql.clearMembers).run();
      ledger.statement(clusterSql.clear).run();
    }
    for (const { representative, members } of clusters) {
      const named = [find(representative).key, blobOf(representative)];
      const keys = new Map<Ledger, number>();
      for (const { id, similarity } of members) {
        const { ledger, key } = find(id);
        const cluster = keys.get(ledger) ?? Number(ledger.statement(clusterSql.add).run(...named).lastInsertRowid);
        keys.set(ledger, cluster);
        ledger.statement(clusterSql.addMember).run(key, cluster, similarity);
      }
    }
  });
}

/** Where a document is found: it is in one partition only. */
export interface DocumentLocation {
  readonly ledger: Ledger;
  readonly key: number;
}

/** Finds documents by id; one in the partition of the last one is found at once. `not-found` is thrown for none. */
export function documentFinder(ledgers: readonly Ledger[]): (id: Hex) => DocumentLocation {
  let [last] = ledgers;
  const locationIn = (ledger: Ledger, id: Buffer): DocumentLocation | null => {
    const row = ledger.statement<{ key: number }>(clusterSql.document).get(id);
    return row === undefined ? null : { ledger, key: row.key };
  };
  return (id) => {
    const bytes = blobOf(id);
    const near = last === undefined ? null : locationIn(last, bytes);
    if (near !== null) return near;
    for (const ledger of ledgers) {
      const found = ledger === last ? null : locationIn(ledger, bytes);
      if (found === null) continue;
      last = ledger;
      return found;
    }
    const paths = ledgers.map(({ path }) => path).join(", ");
    throw new PipelineError("not-found", `there is no document ${id} in ${paths}`, { id });
  };
}
