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
import { bringObject } from "../../segment/transfer.ts";
import { archiveName, copyName } from "../../store/layout.ts";
import { putExactly } from "../../store/own-digest.ts";
import type { Store } from "../../store/store.ts";
import { storedJson } from "../checked-json.ts";
import { runUntilStored, type JobRun } from "../run-until-stored.ts";
import { storedCopy, type CopyAsk, type StoredAsk, type StoredCopy } from "./contract.ts";

export interface CopyJobs extends Omit<JobRun, "signal"> {
  readonly store: Store;
  readonly access: CommonCrawlAccess;
  readonly software: string;
  /** Where the corpus keeps its copies: a link into the store where that is a folder, else a copy of the copy. */
  readonly folder: string;
  /** Archives of the store whose bytes this process has compared with their names. */
  readonly whole?: Set<Hex>;
}

/** Has files copied by the workers of a queue, never more at once than the caller asks for. */
export function submitCopies({ store, access, software, folder, whole = new Set(), ...jobs }: CopyJobs): CopyOne {
  return async (spec, onBytes, signal) => {
    const asked = Buffer.from(JSON.stringify({ software, access, spec } satisfies StoredAsk));
    const ask = createHash("sha256").update(asked).digest("hex");
    const path = join(folder, copyFileName(spec));
    await putExactly(store, copyName(ask, "ask"), asked, signal);
    const job = jobOf("copy", { ask } satisfies CopyAsk);
    const { archive, records, bytes, refused } = await runUntilStored({ ...jobs, signal }, job, {
      result: object({}),
      async take() {
        const end = await storedCopyOf(store, ask, signal);
        if (end === null || end.archive === null || existsSync(path)) return end;
        const named = { name: archiveName(end.archive), sha256: end.archive };
        if (!(await bringObject(store, named, path, signal))) return null;
        whole.add(end.archive);
        return end;
      },
      forget: async () => store.remove(copyName(ask, "end"), signal),
      lost: () => new PipelineError("archive-missing", `${store.place} keeps losing what copy jobs put there`, { ask }),
    });
    const name = copyFileName(spec);
    onBytes(bytes);
    return { path: archive === null ? null : path, name, records, bytes, refused };
  };
}

/** The result of a copy; `null` when it, or its archive, is not in the store. */
async function storedCopyOf(store: Store, ask: Hex, signal: AbortSignal): Promise<StoredCopy | null> {
  const name = copyName(ask, "end");
  const bytes = await store.get(name, signal);
  if (bytes === null) return null;
  const end = storedJson(storedCopy, bytes, store, name);
  if (end.ask !== undefined && end.ask !== ask) {
    throw new PipelineError("object-broken", `${name} of ${store.place} is broken: it is that of ${end.ask}`, { name });
  }
  const isThere = end.archive === null || (await store.size(archiveName(end.archive), signal)) !== null;
  return isThere ? end : null;
}
