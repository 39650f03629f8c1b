import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";

import type { CommonCrawlAccess } from "../../commoncrawl/access.ts";
import { copyName as copyFileName } from "../../commoncrawl/copy-spec.ts";
import type { CopyOne } from "../../commoncrawl/copy.ts";
import { PipelineError } from "../../core/errors.ts";
import { object } from "../../core/json-shape.ts";
import type { Hex } from "../../core/records.ts";
import { jobOf } from "../../queue/job.ts";
import type { Queue } from "../../queue/queue.ts";
import { bringObject } from "../../segment/transfer.ts";
import { archiveName, copyName } from "../../store/layout.ts";
import type { Store } from "../../store/store.ts";
import { storedJson } from "../checked-json.ts";
import { runUntilStored } from "../run-until-stored.ts";
import { storedCopy, type CopyAsk, type StoredAsk, type StoredCopy } from "./contract.ts";

export interface CopyJobs {
  readonly queue: Queue;
  readonly store: Store;
  readonly access: CommonCrawlAccess;
  readonly software: string;
  /** Where the corpus keeps its copies: a link into the store where that is a folder, else a copy of the copy. */
  readonly folder: string;
}

/** Has files copied by the workers of a queue, never more at once than the caller asks for. */
export function submitCopies({ queue, store, access, software, folder }: CopyJobs): CopyOne {
  return async (spec, onBytes, signal) => {
    const asked = Buffer.from(JSON.stringify({ software, access, spec } satisfies StoredAsk));
    const ask = createHash("sha256").update(asked).digest("hex");
    await store.put(copyName(ask, "ask"), asked, signal);
    const job = jobOf("copy", { ask } satisfies CopyAsk);
    const { archive, ...counts } = await runUntilStored(queue, job, signal, {
      result: object({}),
      take: async () => storedCopyOf(store, ask, signal),
      forget: async () => store.remove(copyName(ask, "end"), signal),
      lost: () => new PipelineError("archive-missing", `${store.place} keeps losing what copy jobs put there`, { ask }),
    });
    const name = copyFileName(spec);
    onBytes(counts.bytes);
    if (archive === null) return { path: null, name, ...counts };
    const path = join(folder, name);
    if (!existsSync(path)) await bringObject(store, archiveName(archive), path, signal);
    return { path, name, ...counts };
  };
}

/** The result of a copy; `null` when it, or its archive, is not in the store. */
async function storedCopyOf(store: Store, ask: Hex, signal: AbortSignal): Promise<StoredCopy | null> {
  const name = copyName(ask, "end");
  const bytes = await store.get(name, signal);
  if (bytes === null) return null;
  const end = storedJson(storedCopy, bytes, store, name);
  const isThere = end.archive === null || (await store.size(archiveName(end.archive), signal)) !== null;
  return isThere ? end : null;
}
