import { createHash } from "node:crypto";

import { copiedRecordType } from "../core/copied.ts";
import { nullable, number, object, oneOf, text, type Shape } from "../core/json-shape.ts";
import { digestsOf } from "../warc/digests.ts";
import { windowOf } from "../warc/feed.ts";
import { gzipMemberAt } from "../warc/gzip-member.ts";
import { httpHeadOf } from "../warc/http.ts";
import { readArchive } from "../warc/read-archive.ts";
import type { ArchiveRecord } from "../warc/record.ts";
import { bytesSource } from "../warc/source.ts";
import { gzipMember, recordBytes, recordUrn } from "../warc/write.ts";
import type { IndexRow } from "./index-row.ts";

/** Every reason why a record is not copied. */
export const refusalReasons = {
  "index-row": "the index says something that cannot be",
  "file-missing": "there is no such file",
  "not-member": "the bytes are not one gzip member with one record in it",
  "not-response": "the record is no response, or lacks its id or date",
  "other-url": "the record is of another address than the index says",
  "digest-differs": "the payload has another digest than the index says",
  "truncation-unsaid": "the index says that the page was cut off, the record does not",
} as const;
export type RefusalReason = keyof typeof refusalReasons;

/** A record that was not copied, and why. */
export interface Refusal {
  readonly reason: RefusalReason;
  readonly detail: string;
  readonly url: string | null;
  readonly file: string | null;
  readonly offset: number | null;
}

export const refusal: Shape<Refusal> = object({
  reason: oneOf(Object.keys(refusalReasons) as RefusalReason[]),
  detail: text,
  url: nullable(text),
  file: nullable(text),
  offset: nullable(number),
});

export type Checked = { readonly ok: true; readonly record: ArchiveRecord } | ({ readonly ok: false } & Refusal);

/**
 * Checks that the bytes are the record that the index describes. A wrong index loses the record, but never puts another
 * one in its place.
 */
export async function checkedRecord(bytes: Buffer, row: IndexRow): Promise<Checked> {
  const refuse = (reason: RefusalReason, detail: string): Checked => refusedRow(row, reason, detail);
  if (bytes.length < row.length) return refuse("not-member", `only ${bytes.length} of ${row.length} bytes are there`);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return refuse("not-member", "no gzip member begins there");
  // Reading an archive tolerates a truncated member; here only the member's checksum can show that it is whole.
  const member = await gzipMemberAt(windowOf(bytesSource(bytes)), 0);
  if (member.kind === "member") member.close();
  if (member.kind !== "member" || member.torn || member.length !== bytes.length)
    return refuse(
      "not-member",
      member.kind === "broken" ? member.detail : "the member does not end where the index says",
    );
  const records: ArchiveRecord[] = [];
  for await (const item of readArchive(bytesSource(bytes), { exactStart: true })) {
    if (item.kind === "loss") return refuse("not-member", `${item.reason} at byte ${item.offset}: ${item.detail}`);
    records.push(item);
    if (records.length > 1) return refuse("not-member", "there are several records");
  }
  const [record] = records;
  if (record === undefined) return refuse("not-member", "there is no record");
  const cut = record.problems.find(({ code }) => code === "length-mismatch");
  if (record.blockCapped || cut !== undefined) return refuse("not-member", cut?.detail ?? "the record is too large");
  if (record.type !== "response" || record.recordId === null || record.dateMs === null)
    return refuse("not-response", `it is a ${record.type} record`);
  if (record.url !== row.url) return refuse("other-url", `it is of ${record.url ?? "no address"}`);
  if (row.digest !== null && !hasDigest(record, row.digest))
    return refuse(
      "digest-differs",
      `the index says ${row.digest}, the record ${record.statedPayloadDigest ?? "nothing"}`,
    );
  if (row.truncated !== null && record.truncated === null)
    return refuse("truncation-unsaid", `the index says ${row.truncated}`);
  return { ok: true, record };
}

export function refusedRow(row: IndexRow, reason: RefusalReason, detail: string): { readonly ok: false } & Refusal {
  return { ok: false, reason, detail, url: row.url, file: row.filename, offset: row.offset };
}

function hasDigest(record: ArchiveRecord, digest: string): boolean {
  const head = httpHeadOf(record.block);
  const payload = head.ok ? record.block.subarray(head.bodyOffset) : record.block;
  const stated = { ...record, statedPayloadDigest: `sha1:${digest}` };
  return digestsOf(stated, payload).payloadDigestState === "match";
}

/**
 * The member that follows a copied record and says where it was copied from. It is stored without compression, so that
 * its bytes do not depend on the version of a compressor.
 */
export function provenanceMember(record: ArchiveRecord, row: IndexRow, warcinfoId: string): Buffer {
  const { recordId, dateMs } = record;
  const { crawl, subset, filename, offset, length, digest, ...index } = row;
  const said = { crawl, subset, file: filename, offset, length, digest, index };
  const digestOfPlace = createHash("sha256")
    .update(["copied", crawl, filename, offset, row.url].join("\n"))
    .digest("hex");
  return gzipMember(
    recordBytes({
      type: "metadata",
      id: recordUrn(digestOfPlace),
      dateMs: dateMs ?? 0,
      url: row.url,
      contentType: copiedRecordType,
      warcinfoId,
      fields: recordId === null ? [] : [["WARC-Refers-To", recordId]],
      block: Buffer.from(JSON.stringify(said)),
    }),
    0,
  );
}
