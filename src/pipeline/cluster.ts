import { comparePrecedence } from "../core/precedence.ts";
import { clustersOf } from "../dedup/clusters.ts";
import { distinctTextsOf } from "../dedup/distinct-texts.ts";
import { emptySlot, signatureSlots } from "../dedup/signature.ts";
import { similarityOf } from "../dedup/similarity.ts";
import type { BandRunner } from "../jobs/bands/contract.ts";
import { localBands } from "../jobs/bands/local.ts";
import { documentsForClustering, replaceClusters, type ClusteringRow, type ClusterRow } from "../ledger/clusters.ts";
import { licenceRank } from "../rights/licence-table.ts";
import { textStore } from "../segment/read.ts";
import type { Run } from "./run.ts";

/**
 * Finds exact and near duplicates among all documents of all partitions, and replaces the old clusters.
 * A cluster's representative is the member that comes first by `comparePrecedence`.
 * @returns how many clusters, and how many documents are in one
 */
export async function clusterDocuments(
  { corpus, ledgers }: Pick<Run, "corpus" | "ledgers">,
  bandRunner?: BandRunner,
): Promise<{ readonly clusters: number; readonly members: number }> {
  using texts = textStore(corpus.segments);
  const rows = ledgers.flatMap((ledger) => [...documentsForClustering(ledger)]);
  if (ledgers.length > 1) rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  const at = (index: number): ClusteringRow => {
    const row = rows[index];
    if (row === undefined) throw new RangeError(`no document ${index}`);
    return row;
  };
  const copies = distinctTextsOf(
    rows.map(({ textSha256 }) => textSha256),
    (a, b) => comparePrecedence(at(a), at(b), licenceRank),
  );
  const distinct = Array.from(copies.distinct, at);
  const edges = await (bandRunner ?? localBands(texts))(distinct);
  const found = await clustersOf(copies, edges, {
    hasWord: (textIndex) => {
      const { segmentSha256, position } = at(copies.distinct[textIndex] ?? -1);
      const signature = new Uint32Array(signatureSlots);
      texts.signature(segmentSha256, position, signature, 0);
      return signature[0] !== emptySlot;
    },
    similarity: similarityOf((textIndex) => {
      const { segmentSha256, position } = at(copies.distinct[textIndex] ?? -1);
      return texts.text(segmentSha256, position);
    }),
  });
  const clusters: ClusterRow[] = found.map(({ representative, members }) => ({
    representative: at(representative).id,
    members: members.map(({ index, similarity }) => ({ id: at(index).id, similarity })),
  }));
  replaceClusters(ledgers, clusters);
  return { clusters: clusters.length, members: clusters.reduce((sum, { members }) => sum + members.length, 0) };
}
