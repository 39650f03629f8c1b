import { captureFields, documentFields, type Fields, type PublishedOf } from "../core/document-fields.ts";
import type { DocumentCapture, Hex, RuleSetRow } from "../core/records.ts";
import type { Evidence, Signal } from "../core/rights.ts";
import type { Inherited, Standing } from "../core/versions.ts";
import type { ShardText } from "./write-shard.ts";

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
  /** What holds for it besides its own words; `null` when no other capture was looked at for it. */
  readonly inherited: Inherited | null;
  /** Value by rule name, `null` = unknown; revisions and units are once in `manifest.json`. */
  readonly measurements: Readonly<Record<string, number | null>>;
  /** `null` when no other capture has the same or nearly the same text. */
  readonly cluster: RowCluster | null;
  readonly text: PublishedFields["text"] & TextPlace;
}

/** The described fields, each at its path; `core/document-fields.ts` says what each means. */
type PublishedFields = PublishedOf<typeof captureFields & typeof documentFields>;

/** Where the captured bytes are: the record, or the compressed member that holds it. */
interface RowArchive {
  readonly name: string;
  readonly sha256: Hex;
  readonly offset: number;
  readonly length: number;
  readonly innerOffset: number;
}

/** The cluster that a document represents. */
interface RowCluster {
  /** Of the representative. */
  readonly id: Hex;
  /** Captures in it, this one among them. */
  readonly size: number;
  /** The others; possibly fewer than `size - 1` when the list was cut. */
  readonly alsoAt: readonly {
    readonly id: Hex;
    readonly url: string;
    /** Its own. */
    readonly licence: string;
    /** How it stands among the captures of its address. */
    readonly standing: Standing;
  }[];
  /** True when not all members carry the same licence. */
  readonly licencesDisagree: boolean;
}

/** Where the text is in the manifest itself. */
interface TextPlace {
  /** `text/00000.jsonl.zst`. */
  readonly shard: string;
  /** Line in that shard, from 0. */
  readonly index: number;
}

/** A row before its text has a place in the manifest. */
export type UnplacedRow = Omit<ManifestRow, "text"> & {
  readonly text: Pick<ManifestRow["text"], "bytes" | "words">;
  /** Where the text is until then. */
  readonly source: Pick<ShardText, "segmentSha256" | "position">;
};

/** What a row says that is not of the capture itself. */
export interface RowContext {
  /** File name of the archive, without folders. */
  readonly archiveName: string;
  /** What was measured: the rule of each of the document's measurements, in their order. */
  readonly ruleSet: readonly Pick<RuleSetRow, "name">[];
  readonly cluster: ManifestRow["cluster"];
  readonly inherited: ManifestRow["inherited"];
  /** The document's text is at `position` of this segment. */
  readonly segmentSha256: string;
  readonly position: number;
}

/** Where a field goes in a row. */
interface Path {
  readonly name: string;
  /** Objects on the way to it. */
  readonly folders: readonly string[];
  readonly last: string;
  readonly isTime: boolean;
}

const pathsOfCapture = pathsOf(captureFields);
const pathsOfDocument = pathsOf(documentFields);

/**
 * What is published of a capture that became a document, from the ledger or from the archived bytes; nothing in it depends
 * on this machine.
 */
export function manifestRowOf(capture: DocumentCapture, context: RowContext): UnplacedRow {
  const { id, url, place, document } = capture;
  const { archiveName, ruleSet, cluster, inherited, segmentSha256, position } = context;
  const { canonicalUrl, evidence, signals, measurements } = document;
  const published: Members = {};
  publish(pathsOfCapture, capture, published);
  publish(pathsOfDocument, document, published);
  return {
    // Each value is put where its description says, which is what the type is derived from.
    ...(published as unknown as PublishedOf<typeof captureFields> & PublishedOf<typeof documentFields>),
    id,
    url,
    canonicalUrl,
    archive: {
      name: archiveName,
      sha256: place.archive,
      offset: place.offset,
      length: place.length,
      innerOffset: place.innerOffset,
    },
    evidence,
    signals,
    inherited,
    measurements: Object.fromEntries(ruleSet.map(({ name }, index) => [name, measurements[index] ?? null])),
    cluster,
    source: { segmentSha256, position },
  };
}

/** The licence under which the document is published. */
export function licenceInForce({ licence, inherited }: Pick<ManifestRow, "licence" | "inherited">): string {
  return inherited?.licence?.id ?? licence.id;
}

interface Members {
  [name: string]: Members | string | number | null;
}

function pathsOf(fields: Fields): readonly Path[] {
  return Object.entries(fields).flatMap(([name, { as, published }]) => {
    const folders = published?.split(".") ?? [];
    const last = folders.pop();
    return last === undefined ? [] : [{ name, folders, last, isTime: as === "time" }];
  });
}

function publish(paths: readonly Path[], row: object, published: Members): void {
  const held = row as Readonly<Record<string, string | number | null | undefined>>;
  for (const { name, folders, last, isTime } of paths) {
    let folder = published;
    for (const part of folders) folder = (folder[part] ??= {}) as Members;
    const value = held[name] ?? null;
    folder[last] = isTime && typeof value === "number" ? new Date(value).toISOString() : value;
  }
}
