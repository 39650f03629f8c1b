import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { openStore } from "../../src/store/open-store.ts";
import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { startFaultProxy, type Fault } from "../fixtures/fault-proxy.ts";
import { startWorkers } from "../fixtures/machines.ts";
import { startRedis } from "../fixtures/redis-server.ts";
import { corpusOfSmallSlices, runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";
import { startS3 } from "../fixtures/s3-server.ts";

const faults: readonly Fault[] = [
  { kind: "answer", status: 500 },
  { kind: "answer", status: 503, body: "<Error><Code>SlowDown</Code></Error>" },
  { kind: "cut", bytes: 100 },
  { kind: "lost-answer" },
  { kind: "slow", bytes: 20_000, delayMs: 20 },
];

suite("many workers around a bucket", () => {
  test("give the manifest of a local run though one request in seven ends in 500, 503, a cut body, silence or slowly", async () => {
    using folder = temporaryFolder();
    await using redis = await startRedis();
    await using server = await startS3();
    await using proxy = await startFaultProxy(server.port);
    Object.assign(process.env, server.keys);
    let harmed = 0;
    proxy.script(({ count }) => (count % 7 === 3 ? (faults[harmed++ % faults.length] ?? null) : null));
    const archives = [0, 1].map((part) => {
      const path = join(folder.path, `part-${part}.warc.gz`);
      writeFileSync(path, archiveOfPages("example.org", part * 200, 250, 4));
      return path;
    });
    const local = corpusOfSmallSlices(join(folder.path, "local"));
    assert.equal((await runColophon("ingest", ...archives, "--corpus", local)).status, 0);
    const place = ["--redis", redis.url, "--store", server.store("run", proxy.port)];
    await using workers = startWorkers(2, place);
    const spread = corpusOfSmallSlices(join(folder.path, "spread"));
    const run = await runColophon("ingest", ...archives, "--corpus", spread, ...place);
    assert.equal(run.status, 0, run.err);
    assert.ok(harmed > 15, `only ${harmed} requests were harmed`);
    for (const file of ["manifest.json", "SHA256SUMS", "documents.jsonl.zst"]) {
      const [mine, theirs] = [local, spread].map((corpus) => readFileSync(join(corpus, "manifest", file)));
      assert.ok(mine !== undefined && theirs !== undefined && mine.equals(theirs), `${file} differs`);
    }
    assert.equal((await runColophon("verify", spread)).status, 0);
    for (const { status, err } of await workers.stop()) assert.equal(status, 0, err);
  });

  test("end with the status of a full disk, and finish once there is room", async () => {
    using folder = temporaryFolder();
    await using redis = await startRedis();
    await using server = await startS3(2_000_000);
    Object.assign(process.env, server.keys);
    await using filler = await openStore(server.store("filler"));
    const path = join(folder.path, "pages.warc.gz");
    writeFileSync(path, archiveOfPages("example.org", 0, 400, 8));
    const corpus = corpusOfSmallSlices(join(folder.path, "corpus"));
    const place = ["--redis", redis.url, "--store", server.store("run")];
    await using workers = startWorkers(1, place);
    await filler.put("filler", Buffer.alloc(1_600_000));
    const full = await runColophon("ingest", path, "--corpus", corpus, ...place);
    assert.equal(full.status, 5, full.err);
    assert.match(full.err, /no space|full/i);
    await filler.remove("filler");
    const run = await runColophon("ingest", path, "--corpus", corpus, ...place);
    assert.equal(run.status, 0, run.err);
    assert.equal((await runColophon("verify", corpus)).status, 0);
    await workers.stop();
  });
});
