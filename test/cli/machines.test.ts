import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import type { MachinesStatus } from "../../src/jobs/machines-status.ts";
import { until } from "../conformance/queue-samples.ts";
import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { startWorkers } from "../fixtures/machines.ts";
import { startRedis } from "../fixtures/redis-server.ts";
import {
  ended,
  corpusOfSmallSlices,
  manifestOf,
  runColophon,
  startColophon,
  temporaryFolder,
  type Run,
} from "../fixtures/run-colophon.ts";

interface Worker {
  readonly child: ChildProcess;
  readonly run: Promise<Run>;
}

function archivesIn(folder: string, pages: number): string[] {
  return [0, 1].map((part) => {
    const path = join(folder, `part-${part}.warc.gz`);
    writeFileSync(path, archiveOfPages("example.org", part * (pages - 50), pages, 4));
    return path;
  });
}

/** Until something of a kind lies in the store: how long that takes is the machine's affair. */
async function untilStored(store: string, kind: string): Promise<void> {
  const until = performance.now() + 60_000;
  while (!existsSync(join(store, kind)) || readdirSync(join(store, kind)).length === 0) {
    assert.ok(performance.now() < until, `nothing came into ${kind}`);
    await pause(50);
  }
}

function filesOf(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  const files = names.filter((name) => /\.[a-z0-9]+$|SUMS$/.test(name));
  return new Map(files.map((name) => [name, readFileSync(join(folder, name)).toString("base64")]));
}

suite("many workers", () => {
  test("give the manifest of a local run, byte for byte, and it verifies", async () => {
    using folder = temporaryFolder();
    await using redis = await startRedis();
    const archives = archivesIn(folder.path, 300);
    const local = corpusOfSmallSlices(join(folder.path, "local"));
    assert.equal((await runColophon("ingest", ...archives, "--corpus", local)).status, 0);
    const place = ["--redis", redis.url, "--store", join(folder.path, "store")];
    await using workers = startWorkers(4, place);
    const spread = corpusOfSmallSlices(join(folder.path, "spread"));
    const run = await runColophon("ingest", ...archives.toReversed(), "--corpus", spread, ...place);
    assert.equal(run.status, 0, run.err);
    assert.deepEqual(filesOf(join(spread, "manifest")), filesOf(join(local, "manifest")));
    const verified = await runColophon("verify", spread);
    assert.equal(verified.status, 0, verified.err + verified.out);
    const status = await runColophon("status", "--corpus", spread, "--redis", redis.url, "--json");
    const { machines } = JSON.parse(status.out) as { machines: MachinesStatus };
    assert.equal(machines.workers.length, 4);
    assert.ok(machines.workers.reduce((sum, { done }) => sum + done, 0) >= 10, status.out);
    assert.deepEqual(machines.jobs, []);
    for (const { status, err } of await workers.stop()) assert.equal(status, 0, err);
  });

  test("that find the cores of their machine taken stand by, and say so", async () => {
    using folder = temporaryFolder();
    await using redis = await startRedis();
    const store = join(folder.path, "store");
    mkdirSync(store);
    const corpus = corpusOfSmallSlices(join(folder.path, "corpus"));
    assert.equal((await runColophon("ingest", ...archivesIn(folder.path, 60), "--corpus", corpus)).status, 0);
    const place = ["--redis", redis.url, "--store", store, "--cores", "1", "--concurrency", "1", "--lock-seconds", "2"];
    using left = new DisposableStack();
    const start = (): Worker => {
      const child = startColophon(["worker", ...place]);
      left.defer(() => child.kill("SIGKILL"));
      return { child, run: ended(child) };
    };
    const state = async (): Promise<string> =>
      (await runColophon("status", "--corpus", corpus, "--redis", redis.url)).out;
    const first = start();
    await until(async () => (await state()).includes(`:${first.child.pid}:`));
    const second = start();
    const standing = new RegExp(
      `:${second.child.pid}: .*; stands by for slice, bands, export while older workers`,
      "u",
    );
    await until(async () => standing.test(await state()));
    assert.doesNotMatch(await state(), new RegExp(`:${first.child.pid}: .* stands by`, "u"));
    first.child.kill("SIGKILL");
    await until(async () => !standing.test(await state()));
    second.child.kill("SIGTERM");
    await first.run;
    const { err } = await second.run;
    const said = err.split("\n").filter((line) => line.includes('"slice"'));
    assert.deepEqual(
      said
        .map((line) => JSON.parse(line) as { jobs: number; message: string })
        .map(({ jobs, message }) => [jobs, message]),
      [
        [0, "older workers keep this machine's cores busy: standing by"],
        [1, "taking jobs"],
      ],
    );
  });

  test("lose nothing to FLUSHALL in the middle of a run, nor to a collector that is stopped and started again", async () => {
    using folder = temporaryFolder();
    await using redis = await startRedis();
    const archives = archivesIn(folder.path, 300);
    const local = corpusOfSmallSlices(join(folder.path, "local"));
    assert.equal((await runColophon("ingest", ...archives, "--corpus", local)).status, 0);
    const place = ["--redis", redis.url, "--store", join(folder.path, "store")];
    const spread = corpusOfSmallSlices(join(folder.path, "spread"));
    // Without workers all jobs wait in Redis, and are forgotten there.
    const first = startColophon(["ingest", ...archives, "--corpus", spread, ...place]);
    await untilStored(join(folder.path, "store"), "archives");
    await pause(500);
    await redis.kill();
    await redis.start();
    await pause(500);
    first.kill("SIGTERM");
    const stopped = await ended(first);
    assert.equal(stopped.status, 130, stopped.err);
    assert.match(stopped.err, /no worker takes jobs yet/);
    await using workers = startWorkers(2, place);
    const second = startColophon(["ingest", ...archives, "--corpus", spread, ...place]);
    await untilStored(join(folder.path, "store"), "slices");
    await redis.kill();
    await redis.start();
    const run = await ended(second);
    assert.equal(run.status, 0, run.err);
    assert.deepEqual(filesOf(join(spread, "manifest")), filesOf(join(local, "manifest")));
    await workers.stop();
  });

  test("go on when Redis is gone for a minute", async () => {
    using folder = temporaryFolder();
    await using redis = await startRedis();
    const archives = archivesIn(folder.path, 1500);
    const place = ["--redis", redis.url, "--store", join(folder.path, "store")];
    await using workers = startWorkers(2, place);
    const corpus = corpusOfSmallSlices(join(folder.path, "corpus"));
    const child = startColophon(["ingest", ...archives, "--corpus", corpus, ...place]);
    await untilStored(join(folder.path, "store"), "slices");
    await redis.kill();
    await pause(60_000);
    assert.equal(
      child.exitCode,
      null,
      child.exitCode === null ? "" : `it ended while Redis was gone: ${(await ended(child)).err}`,
    );
    await redis.start();
    const run = await ended(child);
    assert.equal(run.status, 0, run.err);
    assert.equal((await runColophon("verify", corpus)).status, 0);
    for (const { status, err } of await workers.stop()) assert.equal(status, 0, err);
  });

  test("have one collector for a corpus: a second one is refused by name, whatever folder it has", async () => {
    using folder = temporaryFolder();
    await using redis = await startRedis();
    const archives = archivesIn(folder.path, 100);
    const place = ["--redis", redis.url, "--store", join(folder.path, "store")];
    const first = startColophon([
      "ingest",
      ...archives,
      "--corpus",
      corpusOfSmallSlices(join(folder.path, "first")),
      ...place,
    ]);
    await untilStored(join(folder.path, "store"), "archives");
    const second = await runColophon(
      "ingest",
      ...archives,
      "--corpus",
      corpusOfSmallSlices(join(folder.path, "second")),
      ...place,
    );
    assert.equal(second.status, 7, second.err);
    assert.match(second.err, /another process \(\d+ on .+\) is at work on corpus small-slices/);
    // Killed, it holds nothing: the next one begins at once.
    first.kill("SIGKILL");
    await ended(first);
    await using workers = startWorkers(2, place);
    const third = await runColophon("ingest", ...archives, "--corpus", join(folder.path, "first"), ...place);
    assert.equal(third.status, 0, third.err);
    await workers.stop();
  });

  test("measure the same when the clock of one of them is an hour off", async () => {
    using folder = temporaryFolder();
    await using redis = await startRedis();
    const archives = archivesIn(folder.path, 150);
    const place = ["--redis", redis.url, "--store", join(folder.path, "store")];
    const local = corpusOfSmallSlices(join(folder.path, "local"));
    assert.equal((await runColophon("ingest", ...archives, "--corpus", local)).status, 0);
    const shift = `data:text/javascript,const now=Date.now;const D=Date;globalThis.Date=class extends D{constructor(...a){a.length?super(...a):super(now()+36e5)}static now(){return now()+36e5}}`;
    const before = process.env["NODE_OPTIONS"];
    process.env["NODE_OPTIONS"] = `--import "${shift}"`;
    await using ahead = startWorkers(1, place);
    if (before === undefined) delete process.env["NODE_OPTIONS"];
    else process.env["NODE_OPTIONS"] = before;
    await using right = startWorkers(1, place);
    const spread = corpusOfSmallSlices(join(folder.path, "spread"));
    const run = await runColophon("ingest", ...archives, "--corpus", spread, ...place);
    assert.equal(run.status, 0, run.err);
    assert.equal(manifestOf(spread).root, manifestOf(local).root);
    await Promise.all([ahead.stop(), right.stop()]);
  });

  test("run a whole recipe into a ledger in partitions as one process does", async () => {
    using folder = temporaryFolder();
    await using redis = await startRedis();
    archivesIn(folder.path, 120);
    const recipe = 'partitions: 3\nacquire:\n  archives: ["../part-*.warc.gz"]\n';
    const [local, spread] = ["local", "spread"].map((name) => corpusOfSmallSlices(join(folder.path, name), recipe));
    assert.ok(local !== undefined && spread !== undefined);
    const alone = await runColophon("run", local);
    assert.equal(alone.status, 0, alone.err);
    const place = ["--redis", redis.url, "--store", join(folder.path, "store")];
    await using workers = startWorkers(2, place);
    const run = await runColophon("run", join(spread, "corpus.yaml"), ...place);
    assert.equal(run.status, 0, run.err);
    assert.deepEqual(filesOf(join(spread, "manifest")), filesOf(join(local, "manifest")));
    assert.ok(existsSync(join(spread, "manifest", "corpus.json")));
    assert.equal((await runColophon("verify", spread)).status, 0);
    await workers.stop();
  });
});
