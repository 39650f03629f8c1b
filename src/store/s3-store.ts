import { rm } from "node:fs/promises";
import { addAbortSignal, type Readable } from "node:stream";

import type { S3Client } from "@aws-sdk/client-s3";

import { PipelineError } from "../core/errors.ts";
import { passingName, renameDurably, writeSynced } from "../files/durable.ts";
import { checkName, checkPrefix, isObjectName } from "./object-name.ts";
import { openSource, readAt } from "./open-source.ts";
import { s3AddressOf, type S3Address } from "./s3-address.ts";
import { s3Client, s3Library, type S3Library } from "./s3-client.ts";
import { patience as usualPatience, retryingS3, type Asked, type Patience } from "./s3-retry.ts";
import { partBytes, uploadInParts, type Source } from "./s3-upload.ts";
import type { Content, Store, StoredObject } from "./store.ts";

/** From this size on, asking whether an object exists is cheaper than sending it again. */
const askFirstBytes = 1024 * 1024;

export interface S3StoreOptions {
  readonly patience?: Patience;
}

/**
 * A store in a bucket of Amazon S3 or of a server that speaks its protocol, conditional writes (`If-None-Match`)
 * included. Access keys come from where Amazon's own tools look for them: environment, profile, role of the machine.
 * @param address `s3://bucket/prefix?endpoint=http://127.0.0.1:9000&region=us-east-1`
 * @throws {PipelineError} `store-refused`, `store-unreachable`
 */
export async function s3Store(address: string, { patience = usualPatience }: S3StoreOptions = {}): Promise<Store> {
  const target = s3AddressOf(address);
  const library = await s3Library();
  const client = s3Client(library, target, patience);
  const bucket: Bucket = { ...target, library, client, patience, place: `s3://${target.bucket}/${target.prefix}` };
  // A missing bucket, or wrong access keys, are reported before any work starts.
  try {
    await listPage(bucket, { prefix: "", most: 1, after: undefined }, undefined);
  } catch (error) {
    client.destroy();
    throw error;
  }
  return {
    place: bucket.place.replace(/\/$/, ""),
    localPath: () => null,
    put: async (name, content, signal) => put(bucket, checked(name), content, signal),
    get: async (name, signal) => (await read(bucket, checked(name), null, signal))?.bytes ?? null,
    range: async (name, begin, end, signal) => {
      if (begin >= end) return (await size(bucket, checked(name), signal)) === null ? null : Buffer.alloc(0);
      return (await read(bucket, checked(name), { begin, end }, signal))?.bytes ?? null;
    },
    copyTo: async (name, path, signal) => copyTo(bucket, checked(name), path, signal),
    size: async (name, signal) => size(bucket, checked(name), signal),
    list: (prefix, signal) => list(bucket, prefix, signal),
    remove: async (name, signal) => remove(bucket, checked(name), signal),
    [Symbol.asyncDispose]: () => {
      client.destroy();
      return Promise.resolve();
    },
  };
}

interface Bucket extends S3Address {
  readonly library: S3Library;
  readonly client: S3Client;
  readonly patience: Patience;
  readonly place: string;
}

function checked(name: string): string {
  checkName(name);
  return name;
}

function targetOf({ bucket, prefix }: Bucket, name: string): { readonly Bucket: string; readonly Key: string } {
  return { Bucket: bucket, Key: `${prefix}${name}` };
}

function asking(
  { place, patience }: Bucket,
  doing: string,
  signal: AbortSignal | undefined,
): Omit<Asked<never>, "answers"> {
  return { doing, place, patience, signal };
}

async function put(
  bucket: Bucket,
  name: string,
  content: Content,
  signal: AbortSignal | undefined,
): Promise<"stored" | "present"> {
  if (Buffer.isBuffer(content)) {
    const read = (begin: number, length: number): Promise<Buffer> =>
      Promise.resolve(content.subarray(begin, begin + length));
    return putSource(bucket, name, { bytes: content.length, read }, signal);
  }
  const { path } = content;
  const file = await openSource(path);
  try {
    const { size: bytes } = await file.stat();
    const read = async (begin: number, length: number): Promise<Buffer> => {
      const found = await readAt(file, begin, length);
      if (found.length === length) return found;
      throw new PipelineError("source-changed", `${path} became shorter while it went into the store`, { path });
    };
    return await putSource(bucket, name, { bytes, read }, signal);
  } finally {
    await file.close();
  }
}

async function putSource(
  bucket: Bucket,
  name: string,
  source: Source,
  signal: AbortSignal | undefined,
): Promise<"stored" | "present"> {
  const asked = asking(bucket, `putting ${name}`, signal);
  const { library, client } = bucket;
  const target = targetOf(bucket, name);
  if (source.bytes >= askFirstBytes && (await size(bucket, name, signal)) !== null) return "present";
  if (source.bytes > partBytes) {
    const end = await uploadInParts({ library, client, target, asked }, source);
    if (end !== "unsure") return end === "stored" ? "stored" : "present";
    if ((await size(bucket, name, signal)) !== null) return "present";
    const message = `the upload of ${name} to ${bucket.place} came to no end: run it again`;
    throw new PipelineError("store-unreachable", message, { place: bucket.place });
  }
  const Body = await source.read(0, source.bytes);
  return retryingS3<"stored" | "present">({ ...asked, answers: { taken: "present" } }, async ({ signal, allow }) => {
    allow(Body.length);
    const command = new library.PutObjectCommand({ ...target, Body, IfNoneMatch: "*", ChecksumAlgorithm: "CRC32" });
    await client.send(command, { abortSignal: signal });
    return "stored";
  });
}

interface Piece {
  readonly bytes: Buffer;
  /** Of the whole object. */
  readonly size: number;
}

/** A whole object or a range of it; a truncated body is requested again. */
async function read(
  bucket: Bucket,
  name: string,
  range: { readonly begin: number; readonly end: number } | null,
  signal: AbortSignal | undefined,
): Promise<Piece | null> {
  const { library, client } = bucket;
  const Range = range === null ? {} : { Range: `bytes=${range.begin}-${range.end - 1}` };
  const answers = { absent: null, beyond: { bytes: Buffer.alloc(0), size: 0 } };
  return retryingS3<Piece | null>(
    { ...asking(bucket, `reading ${name}`, signal), answers },
    async ({ signal, allow }) => {
      const command = new library.GetObjectCommand({ ...targetOf(bucket, name), ...Range });
      const { Body, ContentLength, ContentRange } = await client.send(command, { abortSignal: signal });
      const body = Body as Readable;
      const length = ContentLength ?? 0;
      const [, first, , size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(ContentRange ?? "") ?? [];
      const whole = Number(size ?? length);
      const { begin, end } = range ?? { begin: 0, end: whole };
      if (Number(first ?? 0) !== begin || length !== Math.min(end, whole) - begin) {
        body.destroy();
        const message = `${bucket.place} does not give the range of an object that it is asked for`;
        throw new PipelineError("store-refused", message, { place: bucket.place, range: ContentRange ?? "" });
      }
      allow(length);
      return { bytes: await bytesOf(body, length, signal), size: whole };
    },
  );
}

async function bytesOf(body: Readable, length: number, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of addAbortSignal(signal, body) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > length) break;
  }
  if (bytes !== length) throw new Error(`a body of ${length} bytes had ${bytes}`);
  return Buffer.concat(chunks, length);
}

async function copyTo(bucket: Bucket, name: string, path: string, signal: AbortSignal | undefined): Promise<boolean> {
  const piece = (begin: number): Promise<Piece | null> => read(bucket, name, { begin, end: begin + partBytes }, signal);
  let next = await piece(0);
  if (next === null) return false;
  const passing = `${path}.${passingName()}`;
  await writeSynced(passing, async (file) => {
    for (let written = 0; next !== null; next = await piece(written)) {
      await file.writeFile(next.bytes);
      written += next.bytes.length;
      if (written >= next.size) return;
    }
  });
  if (next === null) {
    await rm(passing, { force: true });
    return false;
  }
  await renameDurably(passing, path);
  return true;
}

async function size(bucket: Bucket, name: string, signal: AbortSignal | undefined): Promise<number | null> {
  const { library, client } = bucket;
  const asked = { ...asking(bucket, `looking for ${name}`, signal), answers: { absent: null } };
  return retryingS3<number | null>(asked, async ({ signal }) => {
    const command = new library.HeadObjectCommand(targetOf(bucket, name));
    return (await client.send(command, { abortSignal: signal })).ContentLength ?? 0;
  });
}

async function* list(bucket: Bucket, prefix: string, signal: AbortSignal | undefined): AsyncGenerator<StoredObject> {
  checkPrefix(prefix);
  let after: string | undefined;
  do {
    const page = await listPage(bucket, { prefix, most: undefined, after }, signal);
    yield* page.objects;
    after = page.after;
  } while (after !== undefined);
}

/** Which objects a page of a list begins with and how many it has at most; `undefined`: the first, as many as the server likes. */
interface PageAsk {
  readonly prefix: string;
  readonly most: number | undefined;
  readonly after: string | undefined;
}

async function listPage(
  bucket: Bucket,
  { prefix, most, after }: PageAsk,
  signal: AbortSignal | undefined,
): Promise<{ readonly objects: readonly StoredObject[]; readonly after: string | undefined }> {
  const { library, client } = bucket;
  return retryingS3(asking(bucket, `listing ${prefix}*`, signal), async ({ signal }) => {
    const command = new library.ListObjectsV2Command({
      Bucket: bucket.bucket,
      Prefix: `${bucket.prefix}${prefix}`,
      MaxKeys: most,
      ContinuationToken: after,
    });
    const { Contents = [], NextContinuationToken } = await client.send(command, { abortSignal: signal });
    const objects = Contents.map(({ Key = "", Size = 0 }) => ({ name: Key.slice(bucket.prefix.length), bytes: Size }));
    return { objects: objects.filter(({ name }) => isObjectName(name)), after: NextContinuationToken };
  });
}

async function remove(bucket: Bucket, name: string, signal: AbortSignal | undefined): Promise<void> {
  const { library, client } = bucket;
  const asked = { ...asking(bucket, `removing ${name}`, signal), answers: { absent: null } };
  await retryingS3<unknown>(asked, ({ signal }) =>
    client.send(new library.DeleteObjectCommand(targetOf(bucket, name)), { abortSignal: signal }),
  );
}
