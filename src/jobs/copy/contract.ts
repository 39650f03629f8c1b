import type { CommonCrawlAccess } from "../../commoncrawl/access.ts";
import { refusal } from "../../commoncrawl/copied-record.ts";
import { copySpec } from "../../commoncrawl/copy-spec.ts";
import {
  count,
  flag,
  listOf,
  nullable,
  number,
  object,
  objectWith,
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

const access: Shape<CommonCrawlAccess> = object({
  base: text,
  indexBase: nullable(text),
  requester,
  allowPrivate: flag,
  connectTo: listOf(text),
  connections: count,
  patience: nullable(object({ retryGapMs: number, firstWaitMs: number, longestWaitMs: number, tries: count })),
});

/** What to copy and from where, as it is in the store. */
export const storedAsk = object({ software: text, access, spec: copySpec });
export type StoredAsk = Shaped<typeof storedAsk>;

/** The result of a copy as it is in the store; put after the archive. */
export const storedCopy = objectWith(
  {
    /** `null` when no record of the file could be copied. */
    archive: nullable(sha256),
    records: count,
    bytes: count,
    refused: listOf(refusal),
  },
  {
    /** SHA-256 of what was asked for; older ones do not say it. */
    ask: sha256,
  },
);
export type StoredCopy = Shaped<typeof storedCopy>;
