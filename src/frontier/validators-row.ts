import type { Validators } from "./turn.ts";

/** Validators as a row keeps them: the record's id packed where it has the form that this program writes. */
export interface ValidatorsRow {
  readonly etag: string | null;
  readonly last_modified: string | null;
  readonly payload_digest: string;
  readonly captured_at: number;
  readonly record_id: string | Buffer;
}

export function validatorsRowOf(validators: Validators): ValidatorsRow {
  const { etag, lastModified, payloadDigest, capturedAt, recordId } = validators;
  return {
    etag,
    last_modified: lastModified,
    payload_digest: payloadDigest,
    captured_at: capturedAt,
    record_id: uuidUrn.test(recordId) ? Buffer.from(recordId.slice(10, -1).replaceAll("-", ""), "hex") : recordId,
  };
}

export function validatorsOf(row: ValidatorsRow): Validators {
  return {
    etag: row.etag,
    lastModified: row.last_modified,
    payloadDigest: row.payload_digest,
    capturedAt: row.captured_at,
    recordId: typeof row.record_id === "string" ? row.record_id : uuidUrnOf(row.record_id.toString("hex")),
  };
}

const uuidUrn = /^<urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}>$/;

function uuidUrnOf(hex: string): string {
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `<urn:uuid:${parts.join("-")}>`;
}
