import type { captureFields, documentFields, PublishedOf } from "../core/document-fields.ts";
import type { Hex } from "../core/records.ts";
import type { Evidence, Signal } from "../core/rights.ts";

/**
 * All that is published of one kept document: a line of `documents.jsonl.zst`, in the form of `canonicalJson`. That line
 * without its newline is an entry of the Merkle tree. `schemas/document-row.schema.json` says the same for other programs.
 * It names no path of the machine that made it and no time but that of the capture.
 */
export interface ManifestRow extends PublishedFields {
  /** Id of the capture: SHA-256 of `archive:offset:innerOffset`, first 16 bytes. */
  readonly id: Hex;
  /** As captured. */
  readonly url: string;
  /** What the page itself calls its address. */
  readonly canonicalUrl: string | null;
  readonly archive: RowArchive;
  readonly evidence: readonly Evidence[];
  readonly signals: readonly Signal[];
  /** Value by rule name, `null` = unknown; revisions and units stand once in `manifest.json`. */
  readonly measurements: Readonly<Record<string, number | null>>;
  /** `null` when no other capture has the same or nearly the same text. */
  readonly cluster: RowCluster | null;
  readonly text: PublishedFields["text"] & TextPlace;
}

/** The described fields, each at its path; `core/document-fields.ts` says what each means. */
type PublishedFields = PublishedOf<typeof captureFields & typeof documentFields>;

/** Where the captured bytes lie: the record, or the compressed member that holds it. */
interface RowArchive {
  readonly name: string;
  readonly sha256: Hex;
  readonly offset: number;
  readonly length: number;
  readonly innerOffset: number;
}

/** The cluster that a document stands for. */
interface RowCluster {
  /** Of the representative. */
  readonly id: Hex;
  /** Captures in it, this one among them. */
  readonly size: number;
  /** The others; possibly fewer than `size - 1` when the list was cut. */
  readonly alsoAt: readonly { readonly id: Hex; readonly url: string; readonly licence: string }[];
  /** True when not all members carry the same licence. */
  readonly licencesDisagree: boolean;
}

/** Where the text stands in the manifest itself. */
interface TextPlace {
  /** `text/00000.jsonl.zst`. */
  readonly shard: string;
  /** Line in that shard, from 0. */
  readonly index: number;
}
