import type { WrittenFile, ShardText } from "../../manifest/write-shard.ts";
import { writeShard } from "../../manifest/write-shard.ts";
import { yieldToEventLoop } from "../../async/yield.ts";
import type { TextStore } from "../../segment/texts.ts";

/** Makes the shards of a manifest, some at the same time. */
export interface ShardRunner {
  /**
   * Writes a shard of these texts, in their order, into a new file; the bytes are those of `writeShard`.
   * @param onTexts told how many more of them are done
   */
  readonly makeShard: (
    path: string,
    texts: readonly ShardText[],
    onTexts: (count: number) => void,
  ) => Promise<WrittenFile>;
  readonly atOnce: number;
}

/** Makes them in this process: while one is packed, rows and texts of the next are read. */
export function localShards(store: Pick<TextStore, "text">, signal: AbortSignal): ShardRunner {
  return {
    atOnce: 1,
    makeShard: async (path, texts, onTexts) =>
      writeShard(
        path,
        texts,
        async ({ segmentSha256, position }) => {
          await yieldToEventLoop();
          onTexts(1);
          return store.text(segmentSha256, position);
        },
        signal,
      ),
  };
}
