import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

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
} from "../fixtures/run-colophon.ts";

const kills = 50;
const workerCount = 3;

suite("many workers of which any may die", () => {
  test(`come to the root of an undisturbed local run after kill -9 of workers, collector and Redis at ${kills} random moments`, async (context) => {
    using folder = temporaryFolder();
    const archives = [0, 1, 2].map((part) => {
      const path = join(folder.path, `part-${part}.warc.gz`);
      writeFileSync(path, archiveOfPages("example.org", part * 350, 400, 4));
      return path;
    });
    const local = corpusOfSmallSlices(join(folder.path, "local"));
    assert.equal((await runColophon("ingest", ...archives, "--corpus", local)).status, 0);
    const { root, totals } = manifestOf(local);
    assert.ok(totals.documents > 1000, `only ${totals.documents} documents`);

    await using redis = await startRedis();
    const killed = { worker: 0, collector: 0, redis: 0 };
    const count = (): number => killed.worker + killed.collector + killed.redis;
    for (let round = 0; count() < kills; round++) {
      assert.ok(round < kills, "every round ended before anything could be killed in it");
      const place = ["--redis", redis.url, "--store", join(folder.path, `store-${round}`)];
      const corpus = corpusOfSmallSlices(join(folder.path, `corpus-${round}`));
      const line = ["ingest", ...archives, "--corpus", corpus, ...place];
      await using workers = startWorkers(workerCount, place);
      let child = startColophon(line);
      let run = ended(child);
      for (;;) {
        await Promise.race([pause(300 + Math.random() * 900), run]);
        if (child.exitCode !== null || count() >= kills) break;
        const what = Math.random();
        if (what < 0.6) {
          workers.kill(Math.floor(Math.random() * workerCount));
          killed.worker++;
        } else if (what < 0.8) {
          child.kill("SIGKILL");
          await run;
          child = startColophon(line);
          run = ended(child);
          killed.collector++;
        } else {
          await redis.kill();
          await redis.start();
          killed.redis++;
        }
      }
      const { status, err } = await run;
      assert.equal(status, 0, `round ${round}: ${err}`);
      assert.equal(manifestOf(corpus).root, root, `the root differs in round ${round}`);
      const verified = await runColophon("verify", corpus);
      assert.equal(verified.status, 0, verified.err);
    }
    context.diagnostic(
      `killed ${killed.worker} workers, the collector ${killed.collector} and Redis ${killed.redis} times`,
    );
  });
});
