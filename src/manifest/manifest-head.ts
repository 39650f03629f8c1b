import type { Build } from "../core/build/build-id.ts";
import type { Hex, Outcome, RuleSetRow } from "../core/records.ts";

/** What the maker of a manifest states about the corpus; all else is counted from the rows. */
export interface ManifestHead {
  readonly corpus: string;
  /** Program and version that measured and decided, `colophon 0.1.0`. */
  readonly software: string;
  /** Migration number of the ledger that the rows were read from. */
  readonly ledgerVersion: number;
  /** The policy in force, defaults filled in; published whole. */
  readonly policy: Readonly<Record<string, unknown>>;
  /** Rules in the order of the segments; `measurements` of a row name only these. */
  readonly rules: readonly RuleSetRow[];
  readonly funnel: Funnel;
  /** In order of SHA-256. */
  readonly sources: readonly Source[];
  /** What measured the rows, in order of id, none first; left out by versions that recorded no build. */
  readonly builds?: readonly ManifestBuild[];
}

/** All that shaped some of the rows, by revision. */
export interface ManifestBuild {
  /** First 16 hex digits of the SHA-256 of `revisions` in RFC 8785 form; both are `null` where none was recorded. */
  readonly id: Hex | null;
  /** Rows that it measured. */
  readonly documents: number;
  readonly revisions: Build["revisions"] | null;
}

/**
 * From captures to kept documents; nothing drops out without a reason. `captures` is the sum of `outcomes`, each outcome but
 * `document` the sum of its reasons, and `outcomes.document` = `refused` + `kept`.
 */
export interface Funnel {
  readonly captures: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** One reason a capture. */
  readonly reasons: Readonly<Record<Exclude<Outcome, "document">, Readonly<Record<string, number>>>>;
  readonly refused: number;
  /** Every reason that holds is counted: the sum may be more than `refused`. */
  readonly refusedReasons: Readonly<Record<string, number>>;
  readonly kept: number;
}

/** One archive file; `bytes` = `recordBytes` + `lostBytes`. */
export interface Source {
  /** Without folders. */
  readonly name: string;
  readonly sha256: Hex;
  readonly bytes: number;
  readonly slices: number;
  readonly recordBytes: number;
  readonly lostBytes: number;
}

export interface Count {
  readonly documents: number;
  readonly textBytes: number;
  readonly words: number;
}

export interface ManifestFile {
  /** Relative to the manifest, with `/`. */
  readonly path: string;
  readonly sha256: Hex;
  readonly bytes: number;
  readonly lines: number;
}

/** `manifest.json`. */
export interface Manifest extends Omit<ManifestHead, "policy"> {
  readonly format: "colophon-manifest/2";
  /** `sha256` is that of the policy's canonical JSON. */
  readonly policy: { readonly sha256: Hex; readonly document: Readonly<Record<string, unknown>> };
  /** Merkle root over the rows in id order. */
  readonly root: Hex;
  readonly totals: Count;
  readonly languages: Readonly<Record<string, Count>>;
  readonly licences: Readonly<Record<string, Count>>;
  readonly files: readonly ManifestFile[];
}
