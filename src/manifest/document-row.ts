import type { DigestState, Hex } from "../core/records.ts";
import type { Evidence, Licence, Signal } from "../core/rights.ts";

/**
 * All that is published of one kept document: a line of `documents.jsonl.zst`, in the form of `canonicalJson`. That line
 * without its newline is an entry of the Merkle tree. `schemas/document-row.schema.json` says the same for other programs.
 * It names no path of the machine that made it and no time but that of the capture.
 */
export interface ManifestRow {
  /** Id of the capture: SHA-256 of `archive:offset:innerOffset`, first 16 bytes. */
  readonly id: Hex;
  /** As captured. */
  readonly url: string;
  /** What the page itself calls its address. */
  readonly canonicalUrl: string | null;
  /** ISO 8601 in UTC, `null` when the record states no readable date. */
  readonly capturedAt: string | null;
  readonly archive: RowArchive;
  readonly recordId: string | null;
  /** `response`, `resource`, `conversion`. */
  readonly recordType: string;
  /** `WARC-Truncated` reason; then the absence of a notice says nothing. `null` for a whole record. */
  readonly truncated: string | null;
  readonly digests: RowDigests;
  readonly httpStatus: number | null;
  readonly mime: string | null;
  readonly title: string | null;
  readonly language: { readonly code: string; readonly score: number };
  readonly charset: { readonly name: string; readonly source: string };
  readonly licence: Licence;
  readonly evidence: readonly Evidence[];
  readonly signals: readonly Signal[];
  /** Value by rule name, `null` = unknown; revisions and units stand once in `manifest.json`. */
  readonly measurements: Readonly<Record<string, number | null>>;
  /** `null` when no other capture has the same or nearly the same text. */
  readonly cluster: RowCluster | null;
  readonly text: RowText;
}

/** Where the captured bytes lie: the record, or the compressed member that holds it. */
interface RowArchive {
  readonly name: string;
  readonly sha256: Hex;
  readonly offset: number;
  readonly length: number;
  readonly innerOffset: number;
}

interface RowDigests {
  /** Of the record's block. */
  readonly blockSha256: Hex;
  /** Of the payload as archived, before any decoding. */
  readonly payloadSha256: Hex;
  /** Of the text in UTF-8. */
  readonly textSha256: Hex;
  /** What the archive itself states, prefix and all, and whether it agreed with the bytes. */
  readonly stated: { readonly block: StatedDigest; readonly payload: StatedDigest };
}

interface StatedDigest {
  readonly value: string | null;
  readonly state: DigestState;
}

interface RowCluster {
  readonly id: Hex;
  /** Captures in it, this one among them. */
  readonly size: number;
  /** The others; possibly fewer than `size - 1` when the list was cut. */
  readonly alsoAt: readonly { readonly id: Hex; readonly url: string; readonly licence: string }[];
  readonly licencesDisagree: boolean;
}

/** Where the text stands in the manifest itself. */
interface RowText {
  /** `text/00000.jsonl.zst`. */
  readonly shard: string;
  /** Line in that shard, from 0. */
  readonly index: number;
  /** In UTF-8. */
  readonly bytes: number;
  /** As the quality stage counts them. */
  readonly words: number;
}
