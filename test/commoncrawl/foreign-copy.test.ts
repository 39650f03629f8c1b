import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";

import { copyRecords } from "../../src/commoncrawl/copy-records.ts";
import { copyName, type CopyRun } from "../../src/commoncrawl/copy-spec.ts";
import { localFiles } from "../../src/commoncrawl/local-files.ts";
import { never, nothing, smallCrawl, sparse, specIn, type SmallCrawl } from "./small-crawl.ts";

let small: SmallCrawl;
before(async () => {
  small = await smallCrawl();
});
after(() => small[Symbol.dispose]());

const here = (name: string): CopyRun => {
  return { folder: join(small.path, name), files: localFiles(small.folder), signal: never, onBytes: nothing };
};

suite("records that are copied", () => {
  for (const foreign of ['{"path":null,"name":"x","records":"none"}', "not JSON"]) {
    test(`are copied again when the result beside them is not ours: ${foreign}`, async () => {
      const spec = specIn(small);
      const run = here(`foreign-${foreign.length}`);
      const first = await copyRecords(spec, run);
      writeFileSync(join(run.folder, `${copyName(spec)}.json`), foreign);
      let fetched = 0;
      const again = await copyRecords(spec, { ...run, onBytes: (bytes) => (fetched += bytes) });
      assert.deepEqual(again, first);
      assert.ok(fetched > 0);
    });
  }

  for (const foreign of ['{"spans":1,"archiveBytes":5,"records":0,"version":null}', "not JSON"]) {
    test(`begin again when the journal of an unfinished copy has a line that is not ours: ${foreign}`, async () => {
      const spec = sparse(specIn(small));
      const undisturbed = await copyRecords(spec, here("undisturbed"));
      const run = here(`journal-${foreign.length}`);
      const unfinished = join(run.folder, `.unfinished-${copyName(spec)}`);
      mkdirSync(run.folder, { recursive: true });
      writeFileSync(unfinished, "bytes of an archive");
      writeFileSync(`${unfinished}.journal`, `${foreign}\n`);
      const { path } = await copyRecords(spec, run);
      assert.ok(readFileSync(path ?? "").equals(readFileSync(undisturbed.path ?? "")));
    });
  }
});
