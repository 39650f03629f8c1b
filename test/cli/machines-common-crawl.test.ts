import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { serveCrawl } from "../../scripts/fixtures/common-crawl/serve-crawl.ts";
import { crawl, smallCrawl } from "../commoncrawl/small-crawl.ts";
import { startWorkers } from "../fixtures/machines.ts";
import { startRedis } from "../fixtures/redis-server.ts";
import { manifestOf, runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

suite("many workers and Common Crawl", () => {
  test("copy and measure what an index selects as one process does, and one of them dies over it", async () => {
    using folder = temporaryFolder();
    using made = await smallCrawl();
    await using served = await serveCrawl(made.folder);
    await using redis = await startRedis();
    const select = ["--cc", crawl, "--cc-base", served.base, "--allow-private", "--with-robots"];
    const [local, spread] = [join(folder.path, "cc-local"), join(folder.path, "cc-spread")];
    const alone = await runColophon("ingest", ...select, "--corpus", local);
    assert.equal(alone.status, 0, alone.err);

    const place = ["--redis", redis.url, "--store", join(folder.path, "store")];
    await using workers = startWorkers(4, place);
    const running = runColophon("ingest", ...select, "--corpus", spread, ...place);
    setTimeout(() => workers.kill(0), 1000);
    const run = await running;
    assert.equal(run.status, 0, run.err);
    assert.equal(manifestOf(spread).root, manifestOf(local).root);
    const rows = [local, spread].map((corpus) => readFileSync(join(corpus, "manifest", "documents.jsonl.zst")));
    assert.ok(rows[0] !== undefined && rows[1] !== undefined && rows[0].equals(rows[1]));
    const verified = await runColophon("verify", spread);
    assert.equal(verified.status, 0, verified.err + verified.out);
    const copies = await runColophon("query", "SELECT count(*) AS copies FROM copies", "--corpus", spread, "--json");
    assert.match(copies.out, /[1-9]\d/, "the ledger knows where they were copied from");
    await workers.stop();
  });
});
