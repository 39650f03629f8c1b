import { createHash } from "node:crypto";

import { outcomeReasons, type OutcomeReason } from "../core/outcome-reasons.ts";
import type { Document, LanguageGuess, Page } from "../core/page.ts";
import type { Rule } from "../core/quality.ts";
import type { CaptureRow, DocumentRow, Hex } from "../core/records.ts";
import { signatureOf } from "../dedup/signature.ts";
import { textOf } from "../page/document-text.ts";
import { pageOf } from "../page/parse-page.ts";
import { textPageOf } from "../page/text-page.ts";
import { measurementsOf } from "../quality/measure.ts";
import { textViewOf } from "../quality/text-view.ts";
import { licenceOf } from "../rights/licence-of.ts";
import { evidenceOf, signalsOf } from "../rights/registry.ts";
import { digestsOf } from "../warc/digests.ts";
import type { ArchiveRecord } from "../warc/record.ts";
import { exchangeOf, type Exchange } from "./payload.ts";

/** What the stages need besides the record: made once a thread. */
export interface Stages {
  readonly languageOf: (text: string) => LanguageGuess;
  readonly rules: readonly Rule[];
}

/** A capture's row; with text and signature when its outcome is `document`. */
export interface Measured {
  readonly row: CaptureRow;
  readonly text: string | null;
  readonly signature: Uint32Array | null;
}

/** Record types that hold a capture; all others only belong to one. */
export const captureTypes: ReadonlySet<string> = new Set([
  "response",
  "resource",
  "conversion",
  "revisit",
  "continuation",
]);

/**
 * The recipe: record -> exchange -> page -> document -> measurements, evidence, signals, signature.
 * Pure over the record's bytes; every capture comes out with exactly one outcome, whatever its bytes are.
 * @param archive SHA-256 of the archive file
 */
export function processCapture(record: ArchiveRecord, archive: Hex, stages: Stages): Measured {
  const exchange = exchangeOf(record);
  const result = resultOf(exchange, record.url ?? "", stages);
  return { row: captureRowOf(record, archive, exchange, result), text: result.text, signature: result.signature };
}

/** What an exchange comes to: the fields of its capture's row that the stages give, and what else they made of it. */
export interface Result
  extends
    Pick<CaptureRow, "truncated" | "outcome" | "reason" | "detail" | "document" | "rights" | "siteFile">,
    Pick<Measured, "text" | "signature"> {}

/** The recipe from the exchange on. Never throws. */
export function resultOf(exchange: Exchange, url: string, stages: Stages): Result {
  const { noPage, truncated } = exchange;
  if (noPage !== null) return withoutDocument(truncated, noPage.reason, noPage.detail);
  try {
    return measured(exchange, url, stages);
  } catch (error) {
    // A fault of a stage costs this page and no other; the message is kept with it.
    return withoutDocument(truncated, "stage-error", error instanceof Error ? error.message : String(error));
  }
}

function measured(exchange: Exchange, url: string, stages: Stages): Result {
  const input = { url, bytes: exchange.body, contentType: exchange.contentType };
  const page = exchange.reading === "text" ? textPageOf(input) : pageOf(input);
  const document = documentOf(page, stages);
  if (document.text === "") return withoutDocument(exchange.truncated, "empty-text", null);
  // What a limit of the parser cut off might have been a notice: such a page counts as truncated like any other.
  const truncated = exchange.truncated ?? (page.truncated.length === 0 ? null : `page-${page.truncated.join("-")}`);
  const complete = truncated === null;

  const textBytes = Buffer.from(document.text, "utf8");
  const view = textViewOf(document.text, document.language);
  const rights = { url, headers: exchange.headers, page, complete };
  const evidence = evidenceOf(rights);
  const licence = licenceOf(evidence, complete);
  const row: DocumentRow = {
    title: document.title,
    canonicalUrl: page.canonicalUrl,
    languageAttribute: page.languageAttribute,
    charset: page.charset.name,
    charsetSource: page.charset.source,
    language: document.language.code,
    languageScore: document.language.score,
    textSha256: createHash("sha256").update(textBytes).digest("hex"),
    textBytes: textBytes.length,
    words: view.words.length,
    licence: licence.id,
    licenceBasis: licence.basis,
    measurements: measurementsOf(view, stages.rules),
    evidence,
    signals: signalsOf(rights),
  };
  return {
    truncated,
    outcome: "document",
    reason: null,
    detail: exchange.notes.length === 0 ? null : exchange.notes.join("; "),
    document: row,
    rights: null,
    siteFile: null,
    text: document.text,
    signature: signatureOf(document.text),
  };
}

function documentOf(page: Page, stages: Stages): Document {
  const text = textOf(page);
  return { title: page.title, text, language: stages.languageOf(text) };
}

function withoutDocument(truncated: string | null, reason: OutcomeReason, detail: string | null): Result {
  const { outcome } = outcomeReasons[reason];
  const nothing = { document: null, rights: null, siteFile: null, text: null, signature: null };
  return { truncated, outcome, reason, detail, ...nothing };
}

function captureRowOf(record: ArchiveRecord, archive: Hex, exchange: Exchange, result: Result): CaptureRow {
  return {
    id: captureIdOf(archive, record.offset, record.innerOffset),
    place: { archive, offset: record.offset, length: record.length, innerOffset: record.innerOffset },
    recordType: record.type,
    recordId: record.recordId,
    url: record.url ?? "",
    capturedAt: record.dateMs,
    ip: record.ip,
    httpStatus: exchange.status,
    mime: exchange.essence,
    truncated: result.truncated,
    statedBlockDigest: record.statedBlockDigest,
    statedPayloadDigest: record.statedPayloadDigest,
    ...digestsOf(record, exchange.payload),
    payloadBytes: exchange.payload.length,
    outcome: result.outcome,
    reason: result.reason,
    detail: result.detail,
    refersTo: refersToOf(record),
    document: result.document,
    rights: result.rights,
    siteFile: result.siteFile,
  };
}

/** A response stands for itself. */
function refersToOf({ type, refersTo }: ArchiveRecord): string | null {
  return type === "response" ? null : refersTo;
}

/** The same wherever and whenever it is computed: a digest of the place. */
export function captureIdOf(archive: Hex, offset: number, innerOffset: number): Hex {
  return createHash("sha256").update(`${archive}:${offset}:${innerOffset}`).digest("hex").slice(0, 32);
}
