import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import { inTransaction } from "./in-transaction.ts";
import { pagesOf } from "./pages-of.ts";
import type { Ledger } from "./open.ts";
import { blobOf } from "./row-values.ts";

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
  add: "INSERT INTO cluster (representative) VALUES (?)",
  addMember: "INSERT INTO cluster_member (document, cluster, similarity) VALUES (?, ?, ?)",
} as const;

/** What the cluster stage needs of a document; its signature lies at `position` in the segment. */
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
 * Puts these clusters in the place of all that were there, in one transaction.
 * @throws {PipelineError} `not-found` for a member that is no document of the ledger
 */
export function replaceClusters(ledger: Ledger, clusters: Iterable<ClusterRow>): void {
  inTransaction(ledger, () => {
    ledger.statement(clusterSql.clearMembers).run();
    ledger.statement(clusterSql.clear).run();
    for (const { representative, members } of clusters) {
      const added = ledger.statement(clusterSql.add).run(documentKey(ledger, representative));
      for (const { id, similarity } of members) {
        ledger.statement(clusterSql.addMember).run(documentKey(ledger, id), Number(added.lastInsertRowid), similarity);
      }
    }
  });
}

/** @throws {PipelineError} `not-found` */
export function documentKey(ledger: Ledger, id: Hex): number {
  const row = ledger.statement<{ key: number }>(clusterSql.document).get(blobOf(id));
  if (row === undefined) {
    throw new PipelineError("not-found", `there is no document ${id} in ${ledger.path}`, { path: ledger.path, id });
  }
  return row.key;
}
