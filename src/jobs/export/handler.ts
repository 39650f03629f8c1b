import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

import { yieldToEventLoop } from "../../async/yield.ts";
import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import { writeShard } from "../../manifest/write-shard.ts";
import type { JobHandler } from "../../queue/queue.ts";
import type { SegmentCache } from "../../segment/cache.ts";
import { exportPartName, shardName, shardResultName } from "../../store/layout.ts";
import { getNamed } from "../../store/own-digest.ts";
import type { Store } from "../../store/store.ts";
import { payloadOf, storedJson } from "../checked-json.ts";
import { refuseOtherVersion } from "../version-check.ts";
import { exportAsk, exportResult } from "./contract.ts";
import { partOf, shardSoftware, type ExportPart } from "./part-codec.ts";

export interface ExportWork {
  readonly store: Store;
  readonly segments: SegmentCache;
  /** A folder of this machine for what is in progress. */
  readonly folder: string;
  readonly software: string;
}

/** The places of texts in, a shard of them in the store. One that is there already is the answer. */
export function exportHandler({ store, segments, folder, software }: ExportWork): JobHandler {
  return async (job, { signal, progress }) => {
    const { part } = payloadOf(exportAsk, job);
    const name = shardResultName(part);
    const known = await store.get(name, signal);
    if (known !== null) return { ...storedJson(exportResult, known, store, name) };
    const found = await storedPart(store, part, signal);
    refuseOtherVersion(found.software, shardSoftware(software));
    const work = mkdtempSync(join(folder, "export-"));
    try {
      const path = join(work, "shard");
      let read = 0;
      const written = await writeShard(
        path,
        found.texts,
        async ({ segmentSha256, position }) => {
          await yieldToEventLoop();
          progress(read++ / found.texts.length);
          return segments.text(segmentSha256, position, signal);
        },
        signal,
      );
      await store.put(shardName(part), { path }, signal);
      await store.put(name, Buffer.from(JSON.stringify(written)), signal);
      return { ...written };
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  };
}

async function storedPart(store: Store, part: Hex, signal: AbortSignal): Promise<ExportPart> {
  const name = exportPartName(part);
  const bytes = await getNamed(store, { name, sha256: part }, signal);
  const found = bytes === null ? null : partOf(bytes);
  if (found !== null) return found;
  // One that is missing may be on its way to this machine.
  if (bytes === null)
    throw new PipelineError("segment-broken", `${store.place} has no ${name}; publish again`, { name });
  throw new PipelineError("object-broken", `${name} of ${store.place} is broken: it is no list of texts`, { name });
}
