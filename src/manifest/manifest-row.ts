import type { KeptDocument } from "../ledger/kept-documents.ts";
import type { UnplacedRow } from "./write-rows.ts";

/** What is published of a kept document; nothing in it depends on this machine. */
export function rowOf(document: KeptDocument): UnplacedRow {
  return {
    id: document.id,
    url: document.url,
    canonicalUrl: document.canonicalUrl,
    capturedAt: document.capturedAt === null ? null : new Date(document.capturedAt).toISOString(),
    archive: {
      name: document.archiveName,
      sha256: document.archiveSha256,
      offset: document.offset,
      length: document.length,
      innerOffset: document.innerOffset,
    },
    recordId: document.recordId,
    recordType: document.recordType,
    truncated: document.truncated,
    digests: {
      blockSha256: document.blockSha256,
      payloadSha256: document.payloadSha256,
      textSha256: document.textSha256,
      stated: {
        block: { value: document.statedBlockDigest, state: document.blockDigestState },
        payload: { value: document.statedPayloadDigest, state: document.payloadDigestState },
      },
    },
    httpStatus: document.httpStatus,
    mime: document.mime,
    title: document.title,
    language: { code: document.language, score: document.languageScore },
    charset: { name: document.charset, source: document.charsetSource },
    licence: { id: document.licence, basis: document.licenceBasis },
    evidence: document.evidence,
    signals: document.signals,
    measurements: document.measurements,
    cluster: document.cluster,
    words: document.words,
    source: { segmentSha256: document.segmentSha256, position: document.position, bytes: document.textBytes },
  };
}
