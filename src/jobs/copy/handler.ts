import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { openCommonCrawl } from "../../commoncrawl/access.ts";
import { copyGroup } from "../../commoncrawl/copy.ts";
import { PipelineError } from "../../core/errors.ts";
import { fileSha256 } from "../../files/read-pieces.ts";
import type { JobHandler } from "../../queue/queue.ts";
import { archiveName, copyName } from "../../store/layout.ts";
import { getNamed } from "../../store/own-digest.ts";
import type { Store } from "../../store/store.ts";
import { payloadOf, storedJson } from "../checked-json.ts";
import { refuseOtherVersion } from "../version-check.ts";
import { copyAsk, storedAsk, type StoredCopy } from "./contract.ts";

export interface CopyWork {
  readonly store: Store;
  /** A folder of this machine for what is in progress. */
  readonly folder: string;
  readonly software: string;
}

/** One file of Common Crawl, or records of it, in; an archive in the store. One that is there already is the answer. */
export function copyHandler({ store, folder, software }: CopyWork): JobHandler {
  return async (job, { signal, progress }) => {
    const { ask } = payloadOf(copyAsk, job);
    if ((await store.size(copyName(ask, "end"), signal)) !== null) return {};
    const name = copyName(ask, "ask");
    const bytes = await getNamed(store, { name, sha256: ask }, signal);
    if (bytes === null) throw new PipelineError("not-found", `${store.place} has no ${name}`, { ask });
    const { software: wanted, access, spec } = storedJson(storedAsk, bytes, store, name);
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
    const end: StoredCopy = { ask, archive, records: copied.records, bytes: copied.bytes, refused: copied.refused };
    await store.put(copyName(ask, "end"), Buffer.from(JSON.stringify(end)), signal);
    rmSync(work, { recursive: true, force: true });
    return { records: copied.records };
  };
}
