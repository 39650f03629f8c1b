import { buffer } from "node:stream/consumers";

import type { OutcomeReason } from "../core/outcome-reasons.ts";
import type { Outcome } from "../core/records.ts";
import type { Evidence, Signal } from "../core/rights.ts";
import { rules } from "../quality/registry.ts";
import { readArchive } from "../warc/read-archive.ts";
import { segmentJoiner } from "../warc/segment-joiner.ts";
import { bytesSource, fileSource, type ByteSource } from "../warc/source.ts";
import { exchangeOf } from "./payload.ts";
import { captureTypes, processCapture, resultOf, type Result, type Stages } from "./process-capture.ts";

/** What the pure stages make of one capture; `docs/provenance-format.md` explains each field. */
export interface Extracted {
  readonly url: string;
  readonly outcome: Outcome;
  readonly reason: OutcomeReason | null;
  readonly detail: string | null;
  readonly place: { readonly offset: number; readonly length: number; readonly innerOffset: number };
  readonly httpStatus: number | null;
  readonly mime: string | null;
  readonly truncated: string | null;
  readonly title: string | null;
  readonly canonicalUrl: string | null;
  readonly charset: { readonly name: string; readonly source: string } | null;
  readonly language: { readonly code: string; readonly score: number } | null;
  readonly licence: { readonly id: string; readonly basis: string } | null;
  readonly evidence: readonly Evidence[];
  readonly signals: readonly Signal[];
  readonly measurements: Readonly<Record<string, number | null>>;
  readonly text: string | null;
}

/** A range of the input that is in no record. */
export interface ExtractLoss {
  readonly offset: number;
  readonly length: number;
  readonly reason: string;
  readonly detail: string;
}

export type ExtractItem =
  | { readonly kind: "capture"; readonly capture: Extracted }
  | { readonly kind: "loss"; readonly loss: ExtractLoss };

/** A file by its path, or all of standard input for `-`. */
export async function inspectedSource(path: string, input: NodeJS.ReadableStream): Promise<ByteSource & Disposable> {
  if (path !== "-") return fileSource(path);
  return { ...bytesSource(await buffer(input)), [Symbol.dispose]: () => undefined };
}

/** Puts every capture of an archive through the pipeline's own stages, without a ledger. */
export async function* extractArchive(source: ByteSource, stages: Stages): AsyncGenerator<ExtractItem> {
  const joinedOf = segmentJoiner(source);
  for await (const item of readArchive(source)) {
    if (item.kind === "loss") {
      const { offset, length, reason, detail } = item;
      yield { kind: "loss", loss: { offset, length, reason, detail } };
    } else if (captureTypes.has(item.type)) {
      const { row, text } = processCapture(item, inspected, stages, await joinedOf(item));
      yield { kind: "capture", capture: extractedOf(row, { ...row, text }) };
    }
  }
}

/** Puts one HTML file through the stages, as if it had been archived under `url`; what is no text ends as skipped. */
export function extractHtml(bytes: Buffer, url: string, stages: Stages): Extracted {
  const contentType = looksBinary(bytes) ? "application/octet-stream" : "text/html";
  const exchange = exchangeOf({ type: "resource", url, contentType, truncated: null, block: bytes, problems: [] });
  const place = { offset: 0, length: bytes.length, innerOffset: 0 };
  return extractedOf(
    { url, place, httpStatus: exchange.status, mime: exchange.essence },
    resultOf(exchange, url, stages),
  );
}

/** Bytes that no text has, near the start, as in the MIME Sniffing standard, section 5.3; UTF-16 with its mark is text. */
function looksBinary(bytes: Buffer): boolean {
  const start = bytes.toString("latin1", 0, 1445);
  return !/^(?:\u00fe\u00ff|\u00ff\u00fe)/.test(start) && /[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f]/.test(start);
}

const archiveStart = /^(?:\x1f\x8b|\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18|WARC\/|filedesc:)/;

/** True when the bytes start as an archive does: gzip, zstd (a frame or a skippable one), WARC or ARC. */
export function startsAsArchive(start: Buffer): boolean {
  return archiveStart.test(start.toString("latin1"));
}

/** Stands for the archive's digest, which an inspection does not need. */
const inspected = "0".repeat(64);

function extractedOf(
  { url, place, httpStatus, mime }: Pick<Extracted, "url" | "place" | "httpStatus" | "mime">,
  { outcome, reason, detail, truncated, document, text }: Omit<Result, "signature">,
): Extracted {
  return {
    url,
    outcome,
    reason,
    detail,
    place: { offset: place.offset, length: place.length, innerOffset: place.innerOffset },
    httpStatus,
    mime,
    truncated,
    title: document?.title ?? null,
    canonicalUrl: document?.canonicalUrl ?? null,
    charset: document === null ? null : { name: document.charset, source: document.charsetSource },
    language: document === null ? null : { code: document.language, score: document.languageScore },
    licence: document === null ? null : { id: document.licence, basis: document.licenceBasis },
    evidence: document?.evidence ?? [],
    signals: document?.signals ?? [],
    measurements: Object.fromEntries(rules.map(({ name }, index) => [name, document?.measurements[index] ?? null])),
    text,
  };
}
