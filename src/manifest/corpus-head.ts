import type { Hex } from "../core/records.ts";
import { manifestPath } from "./manifest-text.ts";
import { merkleTree } from "./merkle.ts";

/** `corpus.json`: what holds the manifests of a corpus in several partitions together. */
export interface CorpusHead {
  readonly format: "colophon-corpus/2";
  /** Name of the corpus, the same in each manifest. */
  readonly corpus: string;
  /** Merkle root over the roots of the partitions, in order. */
  readonly root: Hex;
  /** Rows in all partitions. */
  readonly documents: number;
  readonly partitions: readonly PartitionHead[];
}

/** One partition: a folder with a manifest of its own. */
export interface PartitionHead {
  /** `partition-00000` for the first. */
  readonly path: string;
  readonly root: Hex;
  readonly manifestSha256: Hex;
  readonly documents: number;
}

export const corpusHeadPath = "corpus.json";

export function partitionPath(number: number): string {
  return `partition-${String(number).padStart(5, "0")}`;
}

/** Root over roots: RFC 6962 with the 32 bytes of each partition's root as an entry. */
export function corpusRoot(roots: readonly Hex[]): Hex {
  const tree = merkleTree();
  for (const root of roots) tree.push(Buffer.from(root, "hex"));
  return tree.root().toString("hex");
}

/** `SHA256SUMS` beside `corpus.json`; each partition has its own for the files in it. */
export function corpusDigestList(head: CorpusHead, headSha256: Hex): string {
  const manifests = head.partitions.map(({ path, manifestSha256 }) => `${manifestSha256}  ${path}/${manifestPath}\n`);
  return [`${headSha256}  ${corpusHeadPath}\n`, ...manifests].join("");
}
