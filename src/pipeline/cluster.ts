import { clustersOf } from "../dedup/clusters.ts";
import { signatureSlots } from "../dedup/signature.ts";
import { documentsForClustering, replaceClusters, type ClusteringRow, type ClusterRow } from "../ledger/clusters.ts";
import type { Ledger } from "../ledger/open.ts";
import { licenceRank } from "../rights/licence-table.ts";
import type { Corpus } from "./corpus.ts";
import { textStore } from "./text-store.ts";

/**
 * Finds exact and near duplicates among all documents of the ledger and puts the clusters in the place of the old ones.
 * A cluster's representative is the member with the best claim: freest licence, earliest capture, own canonical address, id.
 * @returns how many clusters, and how many documents are in one
 */
export function clusterCorpus(corpus: Corpus, ledger: Ledger): { readonly clusters: number; readonly members: number } {
  using texts = textStore(corpus.segments);
  const rows = [...documentsForClustering(ledger)];
  const signatures = new Uint32Array(rows.length * signatureSlots);
  // Segment by segment, because ids are digests and their order jumps from one segment to the next.
  for (const { row, index } of bySegment(rows)) {
    texts.signature(row.segmentSha256, row.position, signatures, index * signatureSlots);
  }
  const at = (index: number): ClusteringRow => {
    const row = rows[index];
    if (row === undefined) throw new RangeError(`no document ${index}`);
    return row;
  };
  const found = clustersOf({
    exactKeys: rows.map(({ textSha256 }) => textSha256),
    signatures,
    textOf: (index) => texts.text(at(index).segmentSha256, at(index).position),
    compare: (a, b) => compareClaims(at(a), at(b)),
  });
  const clusters: ClusterRow[] = found.map(({ representative, members }) => ({
    representative: at(representative).id,
    members: members.map(({ index, similarity }) => ({ id: at(index).id, similarity })),
  }));
  replaceClusters(ledger, clusters);
  return { clusters: clusters.length, members: clusters.reduce((sum, { members }) => sum + members.length, 0) };
}

function bySegment(rows: readonly ClusteringRow[]): readonly { readonly row: ClusteringRow; readonly index: number }[] {
  return rows
    .map((row, index) => ({ row, index }))
    .sort((a, b) =>
      a.row.segmentSha256 === b.row.segmentSha256
        ? a.row.position - b.row.position
        : a.row.segmentSha256 < b.row.segmentSha256
          ? -1
          : 1,
    );
}

/** The same order of claims as the policy uses, so that a representative that is kept is the kept copy. */
function compareClaims(a: ClusteringRow, b: ClusteringRow): number {
  return (
    licenceRank(a.licence) - licenceRank(b.licence) ||
    (a.capturedAt ?? Infinity) - (b.capturedAt ?? Infinity) ||
    Number(b.canonicalUrl === b.url) - Number(a.canonicalUrl === a.url) ||
    (a.id < b.id ? -1 : Number(a.id > b.id))
  );
}
