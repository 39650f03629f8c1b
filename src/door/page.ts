/** `colophon/page`: a page, its document, what the rules measure of it, and its signature. */
export { extractPage, type ExtractedPage, type PageOrigin } from "../page/extract-page.ts";
export type { Block, Charset, LanguageGuess, Link, Meta, Page, Region } from "../core/page.ts";
export { rules } from "../quality/registry.ts";
export { measurementsOf } from "../quality/measure.ts";
export { textViewOf } from "../quality/text-view.ts";
export type { Rule, TextView } from "../core/quality.ts";
export { estimatedSimilarity, signatureOf } from "../dedup/signature.ts";
export { captureTypes, loadStages, processCapture, type Measured, type Stages } from "../measure/process-capture.ts";
export type { CaptureRow, DocumentRow } from "../core/records.ts";
