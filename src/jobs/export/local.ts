import { yieldToEventLoop } from "../../async/yield.ts";
import { writeShard } from "../../manifest/write-shard.ts";
import type { TextStore } from "../../segment/read.ts";
import type { ShardMaker } from "./contract.ts";

/** Makes shards in this process: while one is packed, rows and texts of the next are read. */
export function localShards(store: Pick<TextStore, "text">, signal: AbortSignal): ShardMaker {
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
