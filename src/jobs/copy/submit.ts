import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import type { Refusal } from "../../commoncrawl/copied-record.ts";
import { copyName, type Copied, type CopySpec } from "../../commoncrawl/copy-spec.ts";
import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import { jobOf } from "../../queue/job.ts";
import type { JobHandler, JobPayload, Queue } from "../../queue/queue.ts";
import type { Store } from "../../store/store.ts";
import { fileSha256 } from "../../files/file-digest.ts";
import { broughtObject } from "../../segment/brought-object.ts";
import { copyGroup, type CopyOne } from "../../commoncrawl/copy.ts";
import { openCommonCrawl, type CommonCrawlAccess } from "../../commoncrawl/access.ts";
import { archiveName } from "../slice/fetch-slice.ts";
import { runUntilStored } from "../run-until-stored.ts";
import { refuseOtherVersion } from "../version-check.ts";

interface CopyAsk extends JobPayload {
  /** SHA-256 of what is asked for, as it lies in the store. */
  readonly ask: Hex;
}

/** What to copy and from where, as it lies in the store. */
interface StoredAsk {
  readonly software: string;
  readonly access: CommonCrawlAccess;
  readonly spec: CopySpec;
}

/** What came of it; put behind the archive. */
interface StoredEnd {
  /** `null` when no record of the file could be had. */
  readonly archive: Hex | null;
  readonly records: number;
  readonly bytes: number;
  readonly refused: readonly Refusal[];
}

function nameOf(ask: Hex, what: "ask" | "end"): string {
  return `copies/${ask}/${what}`;
}

export interface CopyWork {
  readonly store: Store;
  /** A folder of this machine for what is under way. */
  readonly folder: string;
  readonly software: string;
}

/** One file of Common Crawl, or records of it, in; an archive in the store. One that is there already is the answer. */
export function copyHandler({ store, folder, software }: CopyWork): JobHandler {
  return async ({ payload }, { signal, progress }) => {
    const { ask } = payload as CopyAsk;
    if ((await store.size(nameOf(ask, "end"), signal)) !== null) return {};
    const bytes = await store.get(nameOf(ask, "ask"), signal);
    if (bytes === null) throw new PipelineError("not-found", `${store.place} has no ${nameOf(ask, "ask")}`, { ask });
    const { software: wanted, access, spec } = JSON.parse(bytes.toString("utf8")) as StoredAsk;
    refuseOtherVersion(wanted, software);
    // Kept when the job is to be tried again: it goes on at the byte it reached.
    const work = join(folder, `copy-${ask}`);
    mkdirSync(work, { recursive: true });
    await using source = openCommonCrawl(access);
    const wantedBytes = (spec.rows ?? []).reduce((sum, { length }) => sum + length, 0);
    let fetched = 0;
    const onBytes = (more: number): void => {
      fetched += more;
      progress(wantedBytes === 0 ? 0 : Math.min(1, fetched / wantedBytes));
    };
    const copied = await copyGroup(spec, { folder: work, files: source.files, signal, onBytes });
    const archive = copied.path === null ? null : await fileSha256(copied.path, signal);
    if (copied.path !== null && archive !== null) await store.put(archiveName(archive), { path: copied.path }, signal);
    const end: StoredEnd = { archive, records: copied.records, bytes: copied.bytes, refused: copied.refused };
    await store.put(nameOf(ask, "end"), Buffer.from(JSON.stringify(end)), signal);
    rmSync(work, { recursive: true, force: true });
    return { records: copied.records };
  };
}

export interface CopyJobs {
  readonly queue: Queue;
  readonly store: Store;
  readonly access: CommonCrawlAccess;
  readonly software: string;
  /** Where the corpus keeps its copies: a link into the store where that is a folder, else a copy of the copy. */
  readonly folder: string;
}

/** Has files copied by the workers of a queue, never more at once than whoever asks asks for. */
export function jobCopies({ queue, store, access, software, folder }: CopyJobs): CopyOne {
  return async (spec, onBytes, signal): Promise<Copied> => {
    const asked = Buffer.from(JSON.stringify({ software, access, spec } satisfies StoredAsk));
    const ask = createHash("sha256").update(asked).digest("hex");
    await store.put(nameOf(ask, "ask"), asked, signal);
    const job = jobOf("copy", { ask } satisfies CopyAsk);
    const { archive, ...counts } = await runUntilStored(queue, job, signal, {
      async take() {
        const bytes = await store.get(nameOf(ask, "end"), signal);
        const end = bytes === null ? null : (JSON.parse(bytes.toString("utf8")) as StoredEnd);
        const isThere = end?.archive == null || (await store.size(archiveName(end.archive), signal)) !== null;
        return isThere ? end : null;
      },
      forget: async () => store.remove(nameOf(ask, "end"), signal),
      lost: () => new PipelineError("archive-missing", `${store.place} keeps losing what copy jobs put there`, { ask }),
    });
    const name = copyName(spec);
    onBytes(counts.bytes);
    if (archive === null) return { path: null, name, ...counts };
    const path = join(folder, name);
    if (!existsSync(path)) await broughtObject(store, archiveName(archive), path, signal);
    return { path, name, ...counts };
  };
}
