/**
 * Revision of each stage that shapes a document. Raise it whenever the same input could come out otherwise; the golden file
 * (`test/fixtures/golden-measures.json`) holds every stage to it. Rules, evidence and signals have theirs in their own files.
 * After raising one, `npm run generate` makes the build anew.
 */
export const stageRevisions = {
  /** Bytes of an archive to records and losses: `warc`. */
  archive: 1,
  /** A record to its HTTP exchange, the body's codings undone: `measure/payload.ts`, `measure/site-file.ts`. */
  exchange: 2,
  /** Bytes of a page to characters: `page/charset`. */
  charset: 1,
  /** Characters to a page, its head, blocks, links and marks of rights: `page/collect`. */
  collector: 1,
  /** Which blocks of a page are its text: `page/main-text`, `page/document-text.ts`. */
  "main-text": 1,
  /** A text to its language, given the model: `language`. */
  language: 1,
  /** A text to the words and lines that rules measure: `quality/text-view.ts`. */
  "text-view": 1,
  /** A text to the shingles and slots that find its near-duplicates: `dedup/signature.ts`. */
  signature: 1,
  /** Evidence to the one licence that it amounts to: `rights/licence-of.ts`. */
  licence: 1,
  /** The words of robots headers and elements: `core/robots-directives.ts`. */
  "robots-directives": 2,
} as const;
