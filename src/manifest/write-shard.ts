import { createHash } from "node:crypto";

import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import { inSegmentOrder, type TextLocation } from "../core/text-order.ts";
import { canonicalJson } from "./canonical-json.ts";
import { lineWriter } from "./line-writer.ts";
import type { ManifestFile } from "./manifest-head.ts";

/** A text that is to stand in a shard, and where it lies until then. */
export interface ShardText extends TextLocation {
  /** Of its row. */
  readonly id: Hex;
  readonly textSha256: Hex;
  /** In UTF-8. */
  readonly bytes: number;
}

export type WrittenFile = Omit<ManifestFile, "path">;

/**
 * Writes the texts of one shard, in their order, into a new file. They are read segment by segment, which unpacks each
 * frame once, and held as lines until all are there: about as many bytes as the shard has.
 * @throws {PipelineError} `manifest-broken` when a text is not the one that its row names; `interrupted`
 */
export async function writeShard(
  path: string,
  texts: readonly ShardText[],
  readText: (text: ShardText) => string | Promise<string>,
  signal?: AbortSignal,
): Promise<WrittenFile> {
  const lines: Buffer[] = [];
  for (const index of inSegmentOrder(texts)) {
    if (signal?.aborted === true) throw new PipelineError("interrupted", "stopped before the manifest was complete");
    const asked = texts[index];
    if (asked !== undefined) lines[index] = lineOf(asked, await readText(asked));
  }
  await using writer = await lineWriter(path);
  for (const line of lines) await writer.write(line);
  return await writer.finish();
}

function lineOf({ id, textSha256, bytes }: ShardText, text: string): Buffer {
  const sha256 = createHash("sha256").update(text).digest("hex");
  if (sha256 !== textSha256 || Buffer.byteLength(text) !== bytes) {
    throw new PipelineError(
      "manifest-broken",
      `the manifest was not written: the text of ${id} has SHA-256 ${sha256} and ${Buffer.byteLength(text)} bytes, but its row says ${textSha256} and ${bytes}`,
    );
  }
  return Buffer.from(`${canonicalJson({ id, text })}\n`);
}
