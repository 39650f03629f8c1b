import type { CommonCrawlAccess } from "../../commoncrawl/access.ts";
import { refusalReasons, type Refusal, type RefusalReason } from "../../commoncrawl/copied-record.ts";
import type { CopySpec } from "../../commoncrawl/copy-spec.ts";
import type { IndexRow } from "../../commoncrawl/index-row.ts";
import {
  count,
  flag,
  listOf,
  nullable,
  number,
  object,
  oneOf,
  sha256,
  text,
  type Shape,
  type Shaped,
} from "../../core/json-shape.ts";
import { requester } from "../requester-shape.ts";

/** What a `copy` job asks for. */
export const copyAsk = object({
  /** SHA-256 of the stored ask. */
  ask: sha256,
});
export type CopyAsk = Shaped<typeof copyAsk>;

const indexRow: Shape<IndexRow> = object({
  url: text,
  surt: text,
  fetchedAt: text,
  status: nullable(number),
  digest: nullable(text),
  mime: nullable(text),
  mimeDetected: nullable(text),
  charset: nullable(text),
  languages: nullable(text),
  truncated: nullable(text),
  filename: text,
  offset: count,
  length: count,
  crawl: text,
  subset: text,
});
const copySpec: Shape<CopySpec> = object({ crawl: text, file: text, rows: nullable(listOf(indexRow)) });
const access: Shape<CommonCrawlAccess> = object({
  base: text,
  indexBase: nullable(text),
  requester,
  allowPrivate: flag,
  connectTo: listOf(text),
  connections: count,
  patience: nullable(object({ retryGapMs: number, firstWaitMs: number, longestWaitMs: number, tries: count })),
});

/** What to copy and from where, as it lies in the store. */
export const storedAsk = object({ software: text, access, spec: copySpec });
export type StoredAsk = Shaped<typeof storedAsk>;

const refusal: Shape<Refusal> = object({
  reason: oneOf(Object.keys(refusalReasons) as RefusalReason[]),
  detail: text,
  url: nullable(text),
  file: nullable(text),
  offset: nullable(number),
});

/** The result of a copy as it lies in the store; put after the archive. */
export const storedCopy = object({
  /** `null` when no record of the file could be had. */
  archive: nullable(sha256),
  records: count,
  bytes: count,
  refused: listOf(refusal),
});
export type StoredCopy = Shaped<typeof storedCopy>;
