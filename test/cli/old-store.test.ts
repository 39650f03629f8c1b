import assert from "node:assert/strict";
import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { unpackOldCorpus } from "../../scripts/fixtures/old-corpus.ts";
import { softwareVersion } from "../../src/corpus/software.ts";
import { sliceJob } from "../../src/jobs/slice/contract.ts";
import { programOf } from "../../src/jobs/version-check.ts";
import { startRedis } from "../fixtures/redis-server.ts";
import { runColophon, startColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

test("a store filled by commit d4b8c5e gives its archive, and no result of that build for a slice of this one", async () => {
  using folder = temporaryFolder();
  unpackOldCorpus(readFileSync(new URL("../fixtures/corpus-0.1.0.zst", import.meta.url)), folder.path);
  const store = join(folder.path, "store");
  const held = (): string[] =>
    globSync("**", { cwd: store })
      .filter((path) => statSync(join(store, path)).isFile())
      .map((path) => `${path} ${statSync(join(store, path)).mtimeMs}`)
      .toSorted();
  const before = held();
  assert.equal(before.length, 3);

  await using redis = await startRedis();
  const shared = ["--redis", redis.url, "--store", store];
  const worker = startColophon(["worker", ...shared]);
  try {
    const archive = join(folder.path, "corpus/archives/crawl-00001.warc.gz");
    const corpus = ["--corpus", join(folder.path, "new")];
    const { status, out, err } = await runColophon("ingest", archive, ...corpus, "--no-publish", "--json", ...shared);
    assert.equal(status, 0, err);
    const { ingest } = JSON.parse(out) as { ingest: { slices: number; outcomes: { document: number } } };
    assert.equal(ingest.slices, 1);
    assert.ok(ingest.outcomes.document > 1);
  } finally {
    worker.kill();
  }
  const added = held().filter((one) => !before.includes(one));
  // The job names the build, so that its id is no other build's.
  const archive = /archives\/([0-9a-f]{64})/.exec(before.join())?.[1] ?? "";
  const bytes = statSync(join(store, "archives", archive)).size;
  const slice = { archive, index: 0, nominalStart: 0, nominalEnd: bytes, exactStart: null };
  const { id } = sliceJob(slice, programOf(softwareVersion()));
  assert.match(added.join("\n"), new RegExp(`^segments/[0-9a-f]{64} .*\nslices/${id} `));
  assert.equal(held().length, before.length + added.length);
});
