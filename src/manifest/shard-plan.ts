import { join } from "node:path";

import { semaphore } from "../async/limit.ts";
import type { ManifestFile } from "./manifest-head.ts";
import { shardPath } from "./manifest-text.ts";
import type { ShardText, WrittenFile } from "./write-shard.ts";

/** Writes a shard of these texts, in their order, into a new file; the bytes are those of `writeShard`, whichever process does it. */
export type ShardMaker = (path: string, texts: readonly ShardText[]) => Promise<WrittenFile>;

/** Gives each text its place, from its length alone, and has the shards made while the next ones are planned. */
export interface ShardPlan extends AsyncDisposable {
  readonly add: (text: ShardText) => Promise<{ readonly shard: string; readonly index: number }>;
  readonly finish: () => Promise<readonly ManifestFile[]>;
}

/**
 * @param shardBytes bytes of text after which a new shard is begun; a longer text has a shard of its own
 * @param atOnce shards that are being made at the same time
 */
export function shardPlan(folder: string, makeShard: ShardMaker, shardBytes: number, atOnce: number): ShardPlan {
  const files: Promise<ManifestFile>[] = [];
  const room = semaphore(atOnce);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  let texts: ShardText[] = [];
  let bytes = 0;

  async function close(): Promise<void> {
    if (texts.length === 0) return;
    // Once a shard has failed no other is begun.
    const leave = await Promise.race([failed.promise, room.acquire()]);
    const path = shardPath(files.length);
    const made = makeShard(join(folder, path), texts).then((written) => ({ path, ...written }));
    made.then(leave, failed.reject);
    files.push(made);
    texts = [];
    bytes = 0;
  }

  return {
    async add(text) {
      if (bytes + text.bytes > shardBytes) await close();
      texts.push(text);
      bytes += text.bytes;
      return { shard: shardPath(files.length), index: texts.length - 1 };
    },
    async finish() {
      await close();
      return Promise.all(files);
    },
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(files);
    },
  };
}
