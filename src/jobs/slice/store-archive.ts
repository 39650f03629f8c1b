import { realpathSync, statSync } from "node:fs";

import { PipelineError } from "../../core/errors.ts";
import type { Hex } from "../../core/records.ts";
import { archiveName } from "../../store/layout.ts";
import { notItsName, objectSha256 } from "../../store/own-digest.ts";
import type { Store } from "../../store/store.ts";
import type { OnBroken } from "../run-until-stored.ts";

/** Where archives go so that workers can read them. */
export interface ArchiveShelf {
  readonly store: Store;
  readonly signal: AbortSignal;
  readonly onBroken?: OnBroken | undefined;
  /** Archives of the store whose bytes this process has compared with their names. */
  readonly whole: Set<Hex>;
}

/** Makes sure that an archive is in the store. */
export interface ShelvedArchives {
  /** Put there once. Workers begin with the first while the others are on their way. */
  readonly there: (archive: Hex, path: string) => Promise<void>;
  /** What was there before is what its name says; asked before it is read. */
  readonly whole: (archive: Hex, path: string) => Promise<void>;
}

/** Puts archives into a store one after the other, and compares those that were there before with their names, once. */
export function shelvedArchives(shelf: ArchiveShelf): ShelvedArchives {
  let last: Promise<unknown> = Promise.resolve();
  const once = (work: (archive: Hex, path: string) => Promise<void>): ShelvedArchives["there"] => {
    const known = new Map<Hex, Promise<void>>();
    return (archive, path) => {
      const before = known.get(archive);
      if (before !== undefined) return before;
      const done = last.then(() => work(archive, path));
      known.set(archive, done);
      last = done.catch(() => undefined);
      return done;
    };
  };
  return {
    there: once((archive, path) => putArchive(shelf, archive, path)),
    whole: once((archive, path) => checkArchive(shelf, archive, path)),
  };
}

/** @throws {PipelineError} `archive-changed` when the file is not the one that was registered any more */
async function putArchive({ store, signal, whole }: ArchiveShelf, archive: Hex, path: string): Promise<void> {
  const name = archiveName(archive);
  if ((await store.size(name, signal)) !== null) return;
  const before = statSync(path, { bigint: true });
  const state = await store.put(name, { path }, signal);
  if (state === "present") return;
  const after = statSync(path, { bigint: true });
  if (before.size === after.size && before.mtimeNs === after.mtimeNs) {
    whole.add(archive);
    return;
  }
  await store.remove(name, signal);
  throw new PipelineError("archive-changed", `${path} changed while it was put into ${store.place}; run again`, {
    path,
  });
}

/** Only the corpus' own file is registered by its digest: an object with other bytes is replaced by it. */
async function checkArchive(shelf: ArchiveShelf, archive: Hex, path: string): Promise<void> {
  const { store, signal, whole, onBroken } = shelf;
  if (whole.has(archive)) return;
  const named = { name: archiveName(archive), sha256: archive };
  const found = await objectSha256(store, named.name, signal);
  if (found !== null && found !== archive) {
    const there = store.localPath(named.name);
    if (there !== null && realpathSync(there) === realpathSync(path)) {
      const words = `${path} holds other bytes than when it was registered; restore it, or remove it and copy it again`;
      throw new PipelineError("archive-changed", words, { path });
    }
    onBroken?.(notItsName(store, named, found));
    await store.remove(named.name, signal);
  }
  await putArchive(shelf, archive, path);
  whole.add(archive);
}
