import { claimsOf } from "../dedup/distinct-texts.ts";
import { clustersOf } from "../dedup/clusters.ts";
import { emptySlot, signatureSlots } from "../dedup/signature.ts";
import { similarityOf } from "../dedup/similarity.ts";
import { documentsForClustering, replaceClusters, type ClusteringRow, type ClusterRow } from "../ledger/clusters.ts";
import { licenceRank } from "../rights/licence-table.ts";
import type { BandRunner } from "../jobs/bands/contract.ts";
import { localBands } from "../jobs/bands/local.ts";
import type { Run } from "./run.ts";
import { textStore } from "../segment/texts.ts";

/**
 * Finds exact and near duplicates among all documents of all partitions and puts the clusters in the place of the old ones.
 * A cluster's representative is the member with the best claim: freest licence, earliest capture, own canonical address, id.
 * @returns how many clusters, and how many documents are in one
 */
export async function clusterCorpus(
  { corpus, ledgers }: Pick<Run, "corpus" | "ledgers">,
  bandRunner: BandRunner | null = null,
): Promise<{ readonly clusters: number; readonly members: number }> {
  using texts = textStore(corpus.segments);
  const rows = ledgers.flatMap((ledger) => [...documentsForClustering(ledger)]);
  if (ledgers.length > 1) rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  const at = (index: number): ClusteringRow => {
    const row = rows[index];
    if (row === undefined) throw new RangeError(`no document ${index}`);
    return row;
  };
  const claims = claimsOf(
    rows.map(({ textSha256 }) => textSha256),
    (a, b) => compareClaims(at(a), at(b)),
  );
  const places = Array.from(claims.distinct, at);
  const edges = await (bandRunner ?? localBands(texts))(places);
  const found = await clustersOf(claims, edges, {
    hasWord: (text) => {
      const { segmentSha256, position } = at(claims.distinct[text] ?? -1);
      const signature = new Uint32Array(signatureSlots);
      texts.signature(segmentSha256, position, signature, 0);
      return signature[0] !== emptySlot;
    },
    similarity: similarityOf((text) => {
      const { segmentSha256, position } = at(claims.distinct[text] ?? -1);
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

/** The same order of claims as the policy uses, so that a representative that is kept is the kept copy. */
function compareClaims(a: ClusteringRow, b: ClusteringRow): number {
  return (
    licenceRank(a.licence) - licenceRank(b.licence) ||
    (a.capturedAt ?? Infinity) - (b.capturedAt ?? Infinity) ||
    Number(b.canonicalUrl === b.url) - Number(a.canonicalUrl === a.url) ||
    (a.id < b.id ? -1 : Number(a.id > b.id))
  );
}
