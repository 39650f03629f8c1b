import { saysDiskFull } from "../core/disk-full.ts";

/** What an answer of an S3 server, or its absence, means for a request. */
export type S3Fault = "absent" | "taken" | "beyond" | "conflict" | "full" | "passing" | "refused";

/** Error codes of the protocol that say more than their status; Amazon's list, and what others add to it. */
const byName: Readonly<Record<string, S3Fault>> = {
  NoSuchKey: "absent",
  NotFound: "absent",
  NoSuchBucket: "refused",
  // The upload was completed, though the answer was lost, or it was aborted.
  NoSuchUpload: "conflict",
  ConditionalRequestConflict: "conflict",
  OperationAborted: "conflict",
  PreconditionFailed: "taken",
  InvalidRange: "beyond",
  QuotaExceeded: "full",
  XMinioStorageFull: "full",
  InsufficientStorage: "full",
  // The client corrects its clock from the answer: the next try can succeed.
  RequestTimeTooSkewed: "passing",
  RequestTimeout: "passing",
  SlowDown: "passing",
  BadDigest: "passing",
  IncompleteBody: "passing",
  XAmzContentChecksumMismatch: "passing",
  XAmzContentSHA256Mismatch: "passing",
  CredentialsProviderError: "refused",
};

const byStatus: Readonly<Record<number, S3Fault>> = {
  408: "passing",
  409: "conflict",
  412: "taken",
  416: "beyond",
  429: "passing",
  501: "refused",
  507: "full",
};

/** Faults of certificates or of the address do not go away by themselves. */
const refusedCodes = /^(?:CERT_|ERR_TLS_|ERR_INVALID_URL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

export interface S3FaultNote {
  readonly fault: S3Fault;
  /** The server's code, or that of the connection. */
  readonly name: string;
  /** HTTP status, 0 when there was no answer. */
  readonly status: number;
}

/** @param error what a call of the S3 client threw */
export function s3FaultOf(error: unknown): S3FaultNote {
  const { name, message, code, $metadata } = error as Error & {
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode ?? 0;
  // Error of the connection: it may break in the middle of an answer whose status is already known.
  if (typeof code === "string") return { fault: refusedCodes.test(code) ? "refused" : "passing", name: code, status };
  const fault =
    byName[name] ??
    (saysDiskFull(message) ? "full" : undefined) ??
    byStatus[status] ??
    (status >= 300 && status < 500 ? "refused" : "passing");
  return { fault, name, status };
}
