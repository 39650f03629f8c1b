import { createHash } from "node:crypto";

import { captureIdOf } from "../core/capture-id.ts";
import { outcomeReasons } from "../core/outcome-reasons.ts";
import type { Document, LanguageGuess, Page } from "../core/page.ts";
import type { Rule } from "../core/quality.ts";
import type { CaptureRights, CaptureRow, DocumentRow, Hex } from "../core/records.ts";
import { signatureOf } from "../dedup/signature.ts";
import { textOf } from "../page/document-text.ts";
import { pageOf } from "../page/parse-page.ts";
import { textPageOf } from "../page/text-page.ts";
import { measurementsOf } from "../quality/measure.ts";
import { wordCount } from "../quality/rules/word-count.ts";
import { textViewOf } from "../quality/text-view.ts";
import { rightsOfHead, rightsOfView } from "../rights/head-rights.ts";
import { licenceOf } from "../rights/licence-of.ts";
import { evidenceOf, signalsOf } from "../rights/registry.ts";
import { digestsOf, type RecordDigests } from "../warc/digests.ts";
import type { ArchiveRecord } from "../warc/record.ts";
import { exchangeOf, type Exchange, type NoPage } from "./payload.ts";

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
 * @param joined the whole block of a record that is the first of several segments; without it, bytes are missing
 */
export function processCapture(
  record: ArchiveRecord,
  archive: Hex,
  stages: Stages,
  joined: Buffer | null = null,
): Measured {
  const enclosed =
    joined === null ? record : { ...record, block: joined, blockBytes: joined.length, segmentNumber: null };
  const exchange = exchangeOf(enclosed);
  const { text, signature, ...result } = resultOf(exchange, record.url ?? "", stages);
  const digests = digestsOf(record, exchange.payload, enclosed.segmentNumber !== null);
  return { row: captureRowOf(record, archive, exchange, { ...result, ...digests }), text, signature };
}

/** What an exchange comes to: the fields of its capture's row that the stages give, and what else they made of it. */
export interface Result
  extends
    Pick<CaptureRow, "truncated" | "outcome" | "reason" | "detail" | "document" | "rights" | "siteFile">,
    Pick<Measured, "text" | "signature"> {}

/** The recipe from the exchange on. Never throws. */
export function resultOf(exchange: Exchange, url: string, stages: Stages): Result {
  const { noPage, headers } = exchange;
  if (noPage !== null) return withoutDocument(exchange, noPage, rightsOfHead(url, headers));
  try {
    return measured(exchange, url, stages);
  } catch (error) {
    // A fault of a stage costs this page and no other; the message is kept with it.
    const detail = error instanceof Error ? error.message : String(error);
    return withoutDocument(exchange, { reason: "stage-error", detail }, rightsOfHead(url, headers));
  }
}

function measured(exchange: Exchange, url: string, stages: Stages): Result {
  const input = { url, bytes: exchange.body, contentType: exchange.contentType };
  const page = exchange.reading === "text" ? textPageOf(input) : pageOf(input);
  const document = documentOf(page, stages);
  // What a limit of the parser cut off might have been a notice: such a page counts as truncated like any other.
  const truncated = exchange.truncated ?? (page.truncated.length === 0 ? null : `page-${page.truncated.join("-")}`);
  const complete = truncated === null;
  const rights = { url, headers: exchange.headers, page, complete };
  if (document.text === "") return withoutDocument(exchange, emptyText, rightsOfView(rights));

  const textBytes = Buffer.from(document.text, "utf8");
  const view = textViewOf(document.text, document.language);
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
    words: wordCount.measure(view) ?? 0,
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

const emptyText: NoPage = { reason: "empty-text", detail: null };

function withoutDocument({ truncated }: Exchange, noPage: NoPage, rights: CaptureRights | null): Result {
  const { reason, detail, siteFile = null } = noPage;
  const { outcome } = outcomeReasons[reason];
  return { truncated, outcome, reason, detail, rights, siteFile, document: null, text: null, signature: null };
}

function captureRowOf(
  record: ArchiveRecord,
  archive: Hex,
  exchange: Exchange,
  result: Omit<Result, keyof Measured> & RecordDigests,
): CaptureRow {
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
    blockSha256: result.blockSha256,
    payloadSha256: result.payloadSha256,
    blockDigestState: result.blockDigestState,
    payloadDigestState: result.payloadDigestState,
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

/** A response stands for itself; what a tool made of one names it by one of two fields. */
function refersToOf({ type, refersTo, concurrentTo }: ArchiveRecord): string | null {
  return type === "response" ? null : (refersTo ?? concurrentTo);
}
