import { createHash } from "node:crypto";
import { basename, dirname } from "node:path";

import { PipelineError } from "../../core/errors.ts";
import { object, parsedOrNull, text } from "../../core/json-shape.ts";
import { readLines } from "../../manifest/line-reader.ts";
import { canonicalJson } from "../../manifest/manifest-text.ts";
import type { ShardText } from "../../manifest/write-shard.ts";

const shardLine = object({ text });

/**
 * What is wrong with a shard that somebody else made of these texts; `null`: it holds them, in their order, and nothing else. Costs
 * about 13 ms a megabyte of text: as much as packing it, not as much as reading it out of segments as well.
 * @throws {PipelineError} `interrupted`
 */
export async function shardFault(
  path: string,
  texts: readonly ShardText[],
  signal: AbortSignal,
): Promise<string | null> {
  let index = 0;
  try {
    for await (const line of readLines(dirname(path), basename(path))) {
      if (signal.aborted) throw new PipelineError("interrupted", "stopped before the manifest was complete");
      const asked = texts[index++];
      if (asked === undefined) return `it has more than ${texts.length} lines`;
      if (!isLineOf(asked, line)) return `line ${index} is not the text of ${asked.id}`;
    }
  } catch (error) {
    if (!(error instanceof PipelineError) || error.code !== "manifest-broken") throw error;
    return error.message;
  }
  return index === texts.length ? null : `it has ${index} lines for ${texts.length} texts`;
}

function isLineOf({ id, textSha256 }: ShardText, line: Buffer): boolean {
  const held = parsedOrNull(shardLine, line.toString("utf8"));
  if (held === null || createHash("sha256").update(held.text).digest("hex") !== textSha256) return false;
  return line.equals(Buffer.from(canonicalJson({ id, text: held.text })));
}
