import type { ManifestRow } from "../manifest-row.ts";

/**
 * By which finding a forgery is named, with what it takes to find it; `null`: it is not found so. Digests, sums, funnel and
 * root are taken to agree with the forgery. What is found in the manifest alone is found in every case.
 */
export interface ForgeryFound {
  readonly archives: string | null;
  readonly ledger: string | null;
  readonly alone: string | null;
}

/** Measured: the archived bytes give it again, and the ledger holds it. */
const measured = { archives: "archive-differs", ledger: "ledger-differs", alone: null } as const;
/** Of other captures: no archived record knows of it. */
const ofOthers = { archives: null, ledger: "ledger-differs", alone: null } as const;

/** The value at a path of a row: a row of the type that has a value more does not compile until it is named here. */
export const valuesChecked = {
  id: { archives: "archive-differs", ledger: "ledger-missing", alone: "row-id" },
  url: measured,
  canonicalUrl: measured,
  capturedAt: measured,
  "archive.name": { archives: null, ledger: "ledger-differs", alone: "row-archive" },
  "archive.sha256": { archives: "archive-differs", ledger: "ledger-differs", alone: "row-archive" },
  "archive.offset": { archives: "archive-failed", ledger: "ledger-differs", alone: "row-id" },
  "archive.length": measured,
  "archive.innerOffset": { archives: "archive-failed", ledger: "ledger-differs", alone: "row-id" },
  recordId: measured,
  recordType: measured,
  refersTo: measured,
  truncated: measured,
  "digests.blockSha256": measured,
  "digests.payloadSha256": measured,
  "digests.textSha256": { ...measured, alone: "text-digest" },
  "digests.stated.block.value": measured,
  "digests.stated.block.state": measured,
  "digests.stated.payload.value": measured,
  "digests.stated.payload.state": measured,
  httpStatus: measured,
  mime: measured,
  title: measured,
  "language.code": measured,
  "language.score": measured,
  "charset.name": measured,
  "charset.source": measured,
  "licence.id": measured,
  "licence.basis": measured,
  "evidence[].kind": measured,
  "evidence[].licence": measured,
  "evidence[].value": measured,
  "evidence[].place": measured,
  "evidence[].quote": measured,
  "evidence[].subject": measured,
  "signals[].kind": measured,
  "signals[].preference": measured,
  "signals[].value": measured,
  "signals[].agent": measured,
  "signals[].place": measured,
  "signals[].quote": measured,
  "signals[].policyUrl": measured,
  "inherited.captures[].relation": ofOthers,
  "inherited.captures[].id": ofOthers,
  "inherited.captures[].url": ofOthers,
  "inherited.captures[].capturedAt": ofOthers,
  "inherited.captures[].payloadSha256": ofOthers,
  "inherited.signals[].kind": ofOthers,
  "inherited.signals[].preference": ofOthers,
  "inherited.signals[].value": ofOthers,
  "inherited.signals[].agent": ofOthers,
  "inherited.signals[].place": ofOthers,
  "inherited.signals[].quote": ofOthers,
  "inherited.signals[].policyUrl": ofOthers,
  "inherited.signals[].from": ofOthers,
  "inherited.licence.id": ofOthers,
  "inherited.licence.from": ofOthers,
  measurements: measured,
  "cluster.id": ofOthers,
  "cluster.size": { ...ofOthers, alone: "row-cluster" },
  "cluster.alsoAt[].id": ofOthers,
  "cluster.alsoAt[].url": ofOthers,
  "cluster.alsoAt[].licence": ofOthers,
  "cluster.alsoAt[].standing": ofOthers,
  "cluster.licencesDisagree": { ...ofOthers, alone: "row-cluster" },
  "text.shard": { archives: null, ledger: null, alone: "text-missing" },
  "text.index": { archives: null, ledger: null, alone: "text-missing" },
  "text.bytes": { ...measured, alone: "text-bytes" },
  "text.words": measured,
} as const satisfies Record<RowPath, ForgeryFound>;

/** Whole rows. */
export const rowsChecked = {
  "a document left out": { archives: null, ledger: "ledger-missing", alone: null },
  "a document made up": { archives: "archive-failed", ledger: "ledger-extra", alone: null },
  "a document that the policy refuses put in": { archives: null, ledger: "ledger-extra", alone: "row-policy" },
  "a second copy of a text put in": { archives: null, ledger: "ledger-extra", alone: "row-policy" },
} as const satisfies Record<string, ForgeryFound>;

/** Every value of a row, by its path; `[]` stands for each item of a list. */
export type RowPath = {
  [Name in keyof ManifestRow]-?: `${Name}${Under<ManifestRow[Name]>}`;
}[keyof ManifestRow];

/** Lists and objects are walked; an object with any names is a value by itself. */
type Under<Value> =
  NonNullable<Value> extends readonly (infer Item)[]
    ? `[]${Under<Item>}`
    : NonNullable<Value> extends object
      ? string extends keyof NonNullable<Value>
        ? ""
        : {
            [Name in keyof NonNullable<Value> & string]: `.${Name}${Under<NonNullable<Value>[Name]>}`;
          }[keyof NonNullable<Value> & string]
      : "";
