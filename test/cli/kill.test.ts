import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import {
  ended,
  corpusOfSmallSlices,
  manifestOf,
  runColophon,
  startColophon,
  temporaryFolder,
} from "../fixtures/run-colophon.ts";

const kills = 20;

suite("a run that is killed", () => {
  test(`gives the same root as an undisturbed one after kill -9 at each of ${kills} moments`, async () => {
    using folder = temporaryFolder();
    const archives = [0, 1].map((part) => {
      const path = join(folder.path, `part-${part}.warc.gz`);
      writeFileSync(path, archiveOfPages("example.org", part * 250, 300, 4));
      return path;
    });
    const started = performance.now();
    const undisturbed = corpusOfSmallSlices(join(folder.path, "undisturbed"));
    const run = await runColophon("ingest", ...archives, "--corpus", undisturbed);
    assert.equal(run.status, 0, run.err);
    let lasted = performance.now() - started;
    const { root, totals } = manifestOf(undisturbed);
    assert.ok(totals.documents > 400, `only ${totals.documents} documents`);

    let killed = 0;
    for (let moment = 0; moment < kills; moment++) {
      const corpus = corpusOfSmallSlices(join(folder.path, `killed-${moment}`));
      // Evenly over the run, each moved a little: random enough, and the same spread every time.
      const afterMs = (lasted * (moment + Math.random())) / kills;
      const startedMs = performance.now();
      const child = startColophon(["ingest", ...archives, "--corpus", corpus]);
      const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
      if ((await ended(child)).signal === "SIGKILL") killed++;
      // The machine has become faster: neighbours have gone.
      else lasted = Math.min(lasted, performance.now() - startedMs);
      clearTimeout(timer);
      const again = await runColophon("ingest", ...archives, "--corpus", corpus);
      assert.equal(again.status, 0, `after a kill at ${afterMs.toFixed(0)} ms: ${again.err}`);
      assert.equal(manifestOf(corpus).root, root, `the root differs after a kill at ${afterMs.toFixed(0)} ms`);
    }
    assert.ok(killed >= kills / 2, `only ${killed} of ${kills} runs were still going when they were killed`);
  });
});
