import { count, object, sha256, type Shape, type Shaped } from "../../core/json-shape.ts";
import type { Hex } from "../../core/records.ts";
import type { ShardText, WrittenFile } from "../../manifest/write-shard.ts";
import { jobOf } from "../../queue/job.ts";
import type { Job } from "../../queue/queue.ts";

/** Makes the shards of a manifest: this process (`local.ts`), or workers of a queue (`submit.ts`). */
export interface ShardMaker {
  /**
   * Writes a shard of these texts, in their order, into a new file; the bytes are those of `writeShard`.
   * @param onTexts called with how many more of them are done
   */
  readonly makeShard: (
    path: string,
    texts: readonly ShardText[],
    onTexts: (count: number) => void,
  ) => Promise<WrittenFile>;
  /** Shards to ask for at the same time. */
  readonly atOnce: number;
}

/** What an `export` job asks for. */
export const exportAsk = object({
  /** SHA-256 of the part. */
  part: sha256,
});
export type ExportAsk = Shaped<typeof exportAsk>;

export function exportJob(part: Hex): Job {
  return jobOf("export", { part } satisfies ExportAsk);
}

/** What an `export` job returns, and leaves in the store after the shard. */
export const exportResult: Shape<WrittenFile> = object({ sha256, bytes: count, lines: count });
