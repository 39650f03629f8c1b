/**
 * Why bytes of an archive are in no record. Keys are stored in segments and ledgers, so none is ever renamed.
 * `docs/provenance-format.md` is generated from both tables, in their order.
 */
export const lossReasons = {
  "crc-mismatch": "a gzip member whose CRC-32 or length is not that of its bytes",
  "inflate-error": "a compressed member or frame that does not unpack",
  truncated: "the file, or a compressed member, ends before it should",
  "ratio-limit": "a member that unpacks to far more than it holds",
  garbage: "bytes that begin no record",
  "not-archive": "a whole file that is no archive",
  "not-record": "a compressed member without a record",
  "header-malformed": "the head of a record that cannot be read",
  "length-mismatch": "a record that is shorter than it says: another begins inside it",
  dictionary: "a zstd dictionary that no record here uses",
} as const;

export type LossReason = keyof typeof lossReasons;

/** What can be wrong with a record, or a file, that could nevertheless be read. */
export const problemCodes = {
  "field-missing": "a field that the standard requires is not there",
  "field-duplicate": "a field that may stand once stands twice",
  "field-empty": "a field has no value",
  "field-format": "a value is not of the form that the standard gives it",
  "field-not-allowed": "a field that has no place in a record of this type",
  "type-unknown": "a record type that the standard does not have",
  "content-type-missing": "a block that is not empty has no Content-Type",
  "content-type-unusual": "a Content-Type that does not suit the type of the record",
  "segment-number": "a segment number that cannot be that of such a record",
  "version-unknown": "a version of WARC that was never published",
  "header-line": "a line of a head that is no field",
  terminator: "line ends behind a block, but not two CRLFs",
  "length-mismatch": "a block that is not as long as stated",
  "member-torn": "a compressed member that does not end properly",
  "digest-mismatch": "a stated digest is not that of the bytes",
  empty: "the file has no bytes",
  "no-record": "no record could be read from the file",
} as const;

export type ProblemCode = keyof typeof problemCodes;
