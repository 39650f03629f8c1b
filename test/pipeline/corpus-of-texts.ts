import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { captureIdOf } from "../../src/core/capture-id.ts";
import { type Corpus, openCorpus } from "../../src/corpus/corpus.ts";
import { signatureOf } from "../../src/dedup/signature.ts";
import { appendSegment } from "../../src/ledger/append-segment.ts";
import { registerArchive } from "../../src/ledger/archives.ts";
import { type Ledger, openLedger } from "../../src/ledger/open.ts";
import { openSegment } from "../../src/segment/read.ts";
import { segmentWriter } from "../../src/segment/write.ts";
import { folderStore } from "../../src/store/folder-store.ts";
import type { Store } from "../../src/store/store.ts";
import {
  archive,
  sampleCapture,
  sampleDocument,
  sampleSegment,
  sha256,
  skippedCapture,
} from "../ledger/sample-rows.ts";

/** Keeps every text once. */
const policy = `name: everything
truncated: keep
languages: { allow: any, minScore: 0, unknown: keep }
licences: { families: [attribution], noAssertion: keep, inCluster: own }
signals: { refuse: [], agents: ["*"], unreadable: keep }
rules: {}
duplicates: keep-one
`;

export interface CorpusOfTexts extends Disposable {
  readonly folder: string;
  readonly corpus: Corpus;
  readonly ledger: Ledger;
}

/**
 * A corpus with a segment for each list of texts; in each a capture that is no document comes first.
 * @param append in which order the segments come to the ledger
 */
export async function corpusOfTexts(
  segments: readonly (readonly string[])[],
  append: (digests: readonly number[]) => readonly number[] = (all) => all,
): Promise<CorpusOfTexts> {
  const folder = mkdtempSync(join(tmpdir(), "colophon-texts-"));
  writeFileSync(join(folder, "corpus.yaml"), "name: texts\n");
  writeFileSync(join(folder, "policy.yaml"), policy);
  const corpus = await openCorpus(folder, false);
  const ledger = openLedger(corpus.ledgerPaths[0] ?? "", { mode: "write" });
  const bytes = segments.length * 1000;
  registerArchive(ledger, { ...archive, bytes, sliceCount: segments.length }, 1n);
  const digests = segments.map((texts, index) => {
    const { head } = sampleSegment(index, []);
    const writer = segmentWriter(corpus.segments, String(index));
    writer.add(skippedCapture(index * 1000), null, null);
    for (const [place, text] of texts.entries()) {
      const [number, content] = [index * 1000 + place + 1, Buffer.from(text)];
      const document = sampleDocument(number, { textSha256: sha256(text), textBytes: content.length });
      const at = { archive: archive.sha256, offset: index * 1000 + place, length: 1, innerOffset: 0 };
      const id = captureIdOf(at.archive, at.offset, at.innerOffset);
      writer.add(sampleCapture(number, { id, document, place: at }), content, signatureOf(text));
    }
    return { digest: writer.finish(head), head };
  });
  for (const index of append([...segments.keys()])) {
    const { digest, head } = digests[index] ?? { digest: "", head: sampleSegment(0, []).head };
    using segment = openSegment(corpus.segments, digest);
    appendSegment(ledger, {
      archive: archive.sha256,
      index,
      head,
      segmentSha256: digest,
      captures: segment.captures(),
    });
  }
  return {
    folder,
    corpus,
    ledger,
    [Symbol.dispose]() {
      ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A folder that, like a bucket, has no files of this machine; notes what was put for the first time. */
export function bucketIn(path: string): Store & { readonly stored: string[] } {
  mkdirSync(path);
  const store = folderStore(path);
  const stored: string[] = [];
  return {
    ...store,
    stored,
    localPath: () => null,
    async put(name, content, signal) {
      const state = await store.put(name, content, signal);
      if (state === "stored") stored.push(name);
      return state;
    },
  };
}
