import type { S3Client, S3ClientConfig } from "@aws-sdk/client-s3";

import { PipelineError } from "../core/errors.ts";
import type { S3Address } from "./s3-address.ts";
import type { Patience } from "./s3-retry.ts";

export type S3Library = typeof import("@aws-sdk/client-s3");

/** Loaded only when a bucket is used. @throws {PipelineError} `store-refused` */
export async function s3Library(): Promise<S3Library> {
  try {
    return await import("@aws-sdk/client-s3");
  } catch (error) {
    throw new PipelineError(
      "store-refused",
      "a store in a bucket needs a library that is not installed; run: npm install @aws-sdk/client-s3",
      {},
      error,
    );
  }
}

/**
 * A client that does not retry: `retryingS3` does, and it also reads bodies again, which the client's own retries do
 * not.
 */
export function s3Client({ S3Client }: S3Library, { endpoint, region }: S3Address, { tryMs }: Patience): S3Client {
  const own = endpoint ?? process.env["AWS_ENDPOINT_URL_S3"] ?? process.env["AWS_ENDPOINT_URL"] ?? "";
  // Other servers than Amazon's rarely use it, but the signature needs one.
  const known = region ?? process.env["AWS_REGION"] ?? process.env["AWS_DEFAULT_REGION"];
  const config: S3ClientConfig = {
    maxAttempts: 1,
    forcePathStyle: own !== "",
    requestHandler: { connectionTimeout: tryMs },
    requestChecksumCalculation: "WHEN_SUPPORTED",
    responseChecksumValidation: "WHEN_SUPPORTED",
  };
  if (own !== "") {
    config.endpoint = own;
    config.region = known ?? "us-east-1";
  } else if (known !== undefined) config.region = known;
  return new S3Client(config);
}
