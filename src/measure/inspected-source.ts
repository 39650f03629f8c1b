import { buffer } from "node:stream/consumers";

import { bytesSource, fileSource, type ByteSource } from "../warc/source.ts";

/** A file by its path, or all of standard input for `-`. */
export async function inspectedSource(path: string, input: NodeJS.ReadableStream): Promise<ByteSource & Disposable> {
  if (path !== "-") return fileSource(path);
  return { ...bytesSource(await buffer(input)), [Symbol.dispose]: () => undefined };
}
