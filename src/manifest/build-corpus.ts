import { createHash } from "node:crypto";
import { join } from "node:path";

import { syncFolder, writeSynced, replaceFolder } from "../files/durable.ts";
import { buildManifest, type BuildInput, type BuildResult } from "./build.ts";
import {
  corpusDigestList,
  corpusHeadPath,
  corpusRoot,
  partitionPath,
  type CorpusHead,
  type PartitionHead,
} from "./corpus-head.ts";
import { digestListPath, manifestText } from "./manifest-text.ts";

/**
 * Writes a manifest for each partition, and `corpus.json` with the root over their roots, and puts all of it in the place
 * of what was there at once.
 * @returns root and number of documents of all, and SHA-256 of `corpus.json`, which stands for everything else
 * @throws {PipelineError} what `buildManifest` throws
 */
export async function buildCorpusManifest(
  directory: string,
  corpus: string,
  partitions: readonly Omit<BuildInput, "directory">[],
): Promise<BuildResult> {
  return replaceFolder(directory, async (building) => {
    const heads: PartitionHead[] = [];
    for (const [number, input] of partitions.entries()) {
      const path = partitionPath(number);
      heads.push({ path, ...(await buildManifest({ ...input, directory: join(building, path) })) });
    }
    const root = corpusRoot(heads.map((head) => head.root));
    const documents = heads.reduce((sum, head) => sum + head.documents, 0);
    const head: CorpusHead = { format: "colophon-corpus/2", corpus, root, documents, partitions: heads };
    const text = manifestText(head);
    const manifestSha256 = createHash("sha256").update(text).digest("hex");
    await writeSynced(join(building, corpusHeadPath), text);
    await writeSynced(join(building, digestListPath), corpusDigestList(head, manifestSha256));
    await syncFolder(building);
    return { root, documents, manifestSha256 };
  });
}
