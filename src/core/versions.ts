import type { Hex, Outcome } from "./records.ts";
import type { Signal } from "./rights.ts";

/**
 * How a document stands among the captures of its address, as the newest state has it. Keys are stored in ledgers, so
 * none is ever renamed. Every standing but `current` is a reason against a document.
 */
export const standings = {
  current: "what its address says now, as far as the corpus knows",
  superseded: "a newer capture of its address has another version",
  gone: "its address has answered 404, 410 or 451 since",
  moved: "its address has answered with a permanent redirect (301, 308) since",
  derived: "made of a page that is itself in the corpus",
} as const;
export type Standing = keyof typeof standings;

/** Why another capture's signals and licence hold for a document. */
export const relations = {
  newer: "a later capture of its address",
  page: "the page that it was made of",
  site: "a file in which its site speaks for all its pages",
} as const;
export type Relation = keyof typeof relations;

/** What of a capture decides about the state of its address. */
export interface AddressCapture {
  /** Of the capture, in its ledger. */
  readonly key: number;
  /** Archive and offset, to be compared as text: what is of one second is in this order. */
  readonly place: string;
  /** Its address, or that of the page it was made of, as browsers write it: what is gone or has moved is so under that one alone. */
  readonly exact: string;
  /** `null`, not known, counts as before all that are known. */
  readonly capturedAt: number | null;
  readonly recordType: string;
  readonly recordId: string | null;
  readonly refersTo: string | null;
  readonly httpStatus: number | null;
  readonly outcome: Outcome;
  /** Digests of the payload, `sha1:HEX` or `sha256:HEX`; a revisit states one of the capture which it repeats. */
  readonly payloads: readonly string[];
  /** Key of a document of another address that a revisit repeats. */
  readonly repeats: number | null;
  /** Whether it says anything about rights itself, or is a document. */
  readonly speaks: boolean;
}

/** A document whose address has other captures. */
export interface Version {
  readonly document: number;
  readonly standing: Standing;
  /** The capture whose state governs. */
  readonly capture: number;
}

/** A capture whose signals and licence hold for a document besides its own. */
export interface Tie {
  readonly document: number;
  readonly capture: number;
  readonly relation: Exclude<Relation, "site">;
}

export interface AddressState {
  readonly versions: readonly Version[];
  readonly ties: readonly Tie[];
}

/** What holds for a document besides its own words. */
export interface Inherited {
  /** The captures that say so, or that were looked at and say nothing; in order of relation and id. */
  readonly captures: readonly InheritedCapture[];
  readonly signals: readonly InheritedSignal[];
  /** The licence in force where it is not the document's own. */
  readonly licence: { readonly id: string; readonly from: Hex } | null;
}

export interface InheritedCapture {
  readonly relation: Relation;
  readonly id: Hex;
  readonly url: string;
  /** ISO 8601; `null` when the record states no readable date. */
  readonly capturedAt: string | null;
  readonly payloadSha256: Hex;
}

/** `from` is the id of one of the captures. */
export interface InheritedSignal extends Signal {
  readonly from: Hex;
}

/** Does a status say that there is no page at the address any more, or that it may not be had? */
export function isGone(status: number | null): boolean {
  return status === 404 || status === 410 || status === 451;
}

/** Whether a text was made of a page of which the corpus has no capture: a conversion, or a resource that names one. */
export function lacksPage(text: {
  readonly recordType: string;
  readonly refersTo: string | null;
  readonly inherited: Inherited | null;
}): boolean {
  const { recordType, refersTo, inherited } = text;
  if (recordType !== "conversion" && (recordType !== "resource" || refersTo === null)) return false;
  return inherited?.captures.some(({ relation }) => relation === "page") !== true;
}
