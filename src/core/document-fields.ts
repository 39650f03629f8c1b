import type { OutcomeReason } from "./outcome-reasons.ts";
import type { DigestState, Hex, Outcome } from "./records.ts";

/** What a field holds, by the way it is stored; `ledger/columns.ts` has the SQL for each. */
export interface Values {
  readonly text: string;
  /** A string that repeats: stored once, in a dictionary. */
  readonly term: string;
  readonly integer: number;
  readonly real: number;
  readonly hex: Hex;
  /** Milliseconds since 1970-01-01 UTC; published as ISO 8601. */
  readonly time: number;
  readonly "record-id": string;
  /** A digest as the archive states it, prefix and all (`sha1:BASE32`); `of` names our own of the same bytes. */
  readonly "stated-digest": string;
  readonly "digest-state": DigestState;
  readonly outcome: Outcome;
  /** A word of a table. One that an older version wrote may be missing from the present table. */
  readonly reason: OutcomeReason;
}

/** One field of a capture or a document: everything about it that other code than the measuring stage needs. */
export interface Field {
  readonly as: keyof Values;
  /** Of its table in the ledger and of the view on it. */
  readonly column: string;
  /** Whether it can be `null`: unknown, or not stated. */
  readonly orNull?: true;
  readonly of?: string;
  /** Its path in a row of a manifest; left out: it is not published. */
  readonly published?: string;
  /**
   * Version of the ledger's schema that added it; left out: `schemas/sql` creates its column. Older rows have `null`.
   */
  readonly since?: number;
  /** One line for `docs/provenance-format.md`. */
  readonly says: string;
}

export type Fields = Readonly<Record<string, Field>>;

/**
 * A new field is written here, with `since` the next version of the ledger's schema and `orNull`, and in
 * `schemas/document-row.schema.json` when it is published. Types, statements, the view, the row of a manifest and the
 * comparison of `verify` are derived from it.
 */
export const captureFields = {
  capturedAt: {
    as: "time",
    column: "captured_at",
    orNull: true,
    published: "capturedAt",
    says: "NULL when the record states no readable date",
  },
  recordType: {
    as: "term",
    column: "record_type",
    published: "recordType",
    says: "`response`, `resource`, `conversion`, `revisit`, ...",
  },
  recordId: {
    as: "record-id",
    column: "record_id",
    orNull: true,
    published: "recordId",
    says: "as the record states it",
  },
  ip: { as: "term", column: "ip", orNull: true, says: "address of the server" },
  httpStatus: {
    as: "integer",
    column: "http_status",
    orNull: true,
    published: "httpStatus",
    says: "status code of the HTTP head, that of a revisit too",
  },
  mime: { as: "term", column: "mime", orNull: true, published: "mime", says: "media type" },
  truncated: {
    as: "term",
    column: "truncated",
    orNull: true,
    published: "truncated",
    says: "why bytes are known to be missing: `WARC-Truncated`, `length-mismatch`, `segmented`, `content-length`, `decode`, `page-...`",
  },
  statedBlockDigest: {
    as: "stated-digest",
    of: "blockSha256",
    column: "stated_block_digest",
    orNull: true,
    published: "digests.stated.block.value",
    says: "as the record states it",
  },
  statedPayloadDigest: {
    as: "stated-digest",
    of: "payloadSha256",
    column: "stated_payload_digest",
    orNull: true,
    published: "digests.stated.payload.value",
    says: "as the record states it",
  },
  blockDigestState: {
    as: "digest-state",
    column: "block_digest_state",
    published: "digests.stated.block.state",
    says: "what checking it gave",
  },
  payloadDigestState: {
    as: "digest-state",
    column: "payload_digest_state",
    published: "digests.stated.payload.state",
    says: "what checking it gave",
  },
  blockSha256: {
    as: "hex",
    column: "block_sha256",
    published: "digests.blockSha256",
    says: "of the record's block",
  },
  payloadSha256: {
    as: "hex",
    column: "payload_sha256",
    published: "digests.payloadSha256",
    says: "of the payload as stored",
  },
  payloadBytes: { as: "integer", column: "payload_bytes", says: "of the payload as stored" },
  outcome: { as: "outcome", column: "outcome", says: "`document`, `duplicate`, `skipped` or `failed`" },
  reason: { as: "reason", column: "reason", orNull: true, says: "why it is no document" },
  detail: { as: "text", column: "detail", orNull: true, says: "words for people" },
  refersTo: {
    as: "record-id",
    column: "refers_to",
    orNull: true,
    published: "refersTo",
    since: 5,
    says: "record that it was made of or repeats: `WARC-Refers-To`, else `WARC-Concurrent-To`; NULL for responses",
  },
} as const satisfies Fields;

/** Likewise. */
export const documentFields = {
  title: { as: "text", column: "title", orNull: true, published: "title", says: "as the page states it" },
  languageAttribute: {
    as: "term",
    column: "language_attribute",
    orNull: true,
    says: "`lang` of the html element",
  },
  charset: { as: "term", column: "charset", published: "charset.name", says: "WHATWG name" },
  charsetSource: {
    as: "term",
    column: "charset_source",
    published: "charset.source",
    says: "`bom`, `header`, `meta` or `guess`",
  },
  language: {
    as: "term",
    column: "language",
    published: "language.code",
    says: "BCP 47, `und` when nothing can be said",
  },
  languageScore: {
    as: "real",
    column: "language_score",
    published: "language.score",
    says: "0 to 1 as the model gives it",
  },
  textSha256: {
    as: "hex",
    column: "text_sha256",
    published: "digests.textSha256",
    says: "of the text in UTF-8",
  },
  textBytes: { as: "integer", column: "text_bytes", published: "text.bytes", says: "of the text in UTF-8" },
  words: {
    as: "integer",
    column: "words",
    published: "text.words",
    says: "words, symbols not counted: what the rule `gopher/word-count` measured, and 0 where it measured nothing",
  },
  licence: {
    as: "term",
    column: "licence",
    published: "licence.id",
    says: "SPDX id, `LicenseRef-...` or `NOASSERTION`",
  },
  licenceBasis: {
    as: "term",
    column: "licence_basis",
    published: "licence.basis",
    says: "which evidence decided",
  },
} as const satisfies Fields;

type ValueOf<One extends Field> = Values[One["as"]] | (One extends { readonly orNull: true } ? null : never);

/** The fields as stages, segments and the ledger hold them. */
export type RowOf<All extends Fields> = { readonly [Name in keyof All]: ValueOf<All[Name]> };

type PublishedValue<One extends Field> = One extends { readonly as: "time" }
  ? string | Extract<ValueOf<One>, null>
  : ValueOf<One>;

type Nested<Path extends string, Value> = Path extends `${infer Head}.${infer Rest}`
  ? { readonly [Name in Head]: Nested<Rest, Value> }
  : { readonly [Name in Path]: Value };

type AllOf<Union> = (Union extends unknown ? (one: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** The fields as a manifest publishes them, each at its path. */
export type PublishedOf<All extends Fields> = AllOf<
  {
    [Name in keyof All]: All[Name] extends { readonly published: infer Path extends string }
      ? Nested<Path, PublishedValue<All[Name]>>
      : never;
  }[keyof All]
>;
