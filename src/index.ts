/**
 * What Colophon promises to programs that import it: these names, and no file by its path. `docs/library.md` shows each at
 * work. The sub-paths `colophon/warc`, `/page`, `/rights` and `/manifest` have the same names, and more types, by room.
 */
export { failures, PipelineError, type FailureCode } from "./core/errors.ts";
export {
  decodedBody,
  gzipMember,
  headerOf,
  httpHeadOf,
  readArchive,
  recordBytes,
  recordUrn,
  warcFieldsBlock,
  type ArchiveInput,
  type ArchiveItem,
  type ArchiveRecord,
  type WrittenRecord,
} from "./door/warc.ts";
export {
  captureTypes,
  estimatedSimilarity,
  extractPage,
  loadStages,
  measurementsOf,
  processCapture,
  rules,
  signatureOf,
  textViewOf,
  type ExtractedPage,
  type LanguageGuess,
  type Page,
} from "./door/page.ts";
export {
  evidenceKinds,
  evidenceOf,
  licenceAttributesOf,
  licenceOf,
  signalKinds,
  signalsOf,
  type Evidence,
  type Licence,
  type RightsView,
  type Signal,
} from "./door/rights.ts";
export {
  canonicalJson,
  consistencyProof,
  inclusionProof,
  leafHash,
  manifestRows,
  manifestTexts,
  merkleTree,
  readManifest,
  verifyConsistency,
  verifyCorpusManifest,
  verifyInclusion,
  verifyManifest,
  type Manifest,
  type ManifestRow,
  type VerifyReport,
} from "./door/manifest.ts";
