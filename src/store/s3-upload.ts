import type { CompletedPart, S3Client } from "@aws-sdk/client-s3";

import type { S3Library } from "./s3-client.ts";
import { retryingS3, type Asked } from "./s3-retry.ts";

/** What goes into a store: its size, and its bytes, which may be read more than once. */
export interface Source {
  readonly bytes: number;
  readonly read: (begin: number, length: number) => Promise<Buffer>;
}

/** Amazon takes parts from 5 MiB to 5 GiB, 10,000 of them at most. */
export const partBytes = 16 * 1024 * 1024;
const mostParts = 10_000;
/**
 * Time that a part in progress may take to finish: one that arrives after its upload was aborted would stay in the
 * bucket forever.
 */
const graceMs = 5000;

export interface Upload {
  readonly library: S3Library;
  readonly client: S3Client;
  readonly target: { readonly Bucket: string; readonly Key: string };
  readonly asked: Omit<Asked<never>, "answers">;
}

/**
 * Sends a large object in parts. It appears when all parts are there, and only if there is no object of its name. Parts
 * of a failed upload are removed; for those of a killed process the bucket needs a rule.
 * @returns `unsure` when the server did not say whether there is an object, or whose it is
 */
export async function uploadInParts(upload: Upload, source: Source): Promise<"stored" | "taken" | "unsure"> {
  const { library, client, target, asked } = upload;
  const { UploadId } = await retryingS3(asked, ({ signal }) =>
    client.send(new library.CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: "CRC32" }), {
      abortSignal: signal,
    }),
  );
  const begun = { ...target, UploadId };
  let end: "stored" | "taken" | "unsure" | undefined;
  try {
    const Parts = await sendParts(upload, begun, source);
    const complete = new library.CompleteMultipartUploadCommand({
      ...begun,
      MultipartUpload: { Parts },
      IfNoneMatch: "*",
    });
    end = await retryingS3<"stored" | "taken" | "unsure">(
      { ...asked, graceMs, answers: { taken: "taken", conflict: "unsure", absent: "unsure" } },
      async ({ signal, allow }) => {
        // The server may put the parts together before it answers.
        allow(source.bytes / 16);
        await client.send(complete, { abortSignal: signal });
        return "stored";
      },
    );
    return end;
  } finally {
    if (end !== "stored") await abort(upload, begun);
  }
}

type Begun = Upload["target"] & { readonly UploadId: string | undefined };

async function sendParts({ library, client, asked }: Upload, begun: Begun, source: Source): Promise<CompletedPart[]> {
  const bytes = Math.max(partBytes, Math.ceil(source.bytes / mostParts));
  const parts: CompletedPart[] = [];
  for (let begin = 0; begin < source.bytes; begin += bytes) {
    const PartNumber = parts.length + 1;
    const Body = await source.read(begin, Math.min(bytes, source.bytes - begin));
    const { ETag, ChecksumCRC32 } = await retryingS3({ ...asked, graceMs }, ({ signal, allow }) => {
      allow(Body.length);
      const part = new library.UploadPartCommand({ ...begun, PartNumber, Body, ChecksumAlgorithm: "CRC32" });
      return client.send(part, { abortSignal: signal });
    });
    parts.push({ PartNumber, ETag, ChecksumCRC32 });
  }
  return parts;
}

/** Runs even when the caller was interrupted; an error here does not hide the original one. */
async function abort({ library, client, asked }: Upload, begun: Begun): Promise<void> {
  const brief = { ...asked, signal: undefined, patience: { ...asked.patience, tries: 4 } };
  await retryingS3<unknown>({ ...brief, answers: { conflict: null, absent: null } }, ({ signal }) =>
    client.send(new library.AbortMultipartUploadCommand(begun), { abortSignal: signal }),
  ).catch(() => undefined);
}
