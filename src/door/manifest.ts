/** `colophon/manifest`: a published manifest, read, verified and proven. */
export { manifestRows, manifestTexts, readManifest, type ManifestText } from "../manifest/read-manifest.ts";
export type { Manifest } from "../manifest/manifest-head.ts";
export type { ManifestRow } from "../manifest/manifest-row.ts";
export { verifyManifest, type VerifyOptions, type VerifyReport } from "../manifest/verify/verify.ts";
export { verifyCorpusManifest } from "../manifest/verify/corpus.ts";
export type { Disagreement } from "../manifest/manifest-sums.ts";
export { canonicalJson } from "../manifest/manifest-text.ts";
export {
  consistencyProof,
  inclusionProof,
  leafHash,
  merkleTree,
  verifyConsistency,
  verifyInclusion,
  type MerkleTree,
} from "../manifest/merkle.ts";
