import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { verifyManifest } from "../../src/manifest/verify/verify.ts";
import { loadStages } from "../../src/measure/stages.ts";
import { rederiver } from "../../src/pipeline/rederive.ts";
import { gzipMember } from "../../src/warc/write.ts";
import { pageHtml } from "../fixtures/archive-of-pages.ts";
import { html, http } from "../fixtures/response-record.ts";
import { runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";
import { segmentsOf } from "../fixtures/segmented-page.ts";

test("a record that is read again is joined with its segments as the pipeline joined it", async () => {
  using folder = temporaryFolder();
  const stages = loadStages();
  const block = http(`200 OK\r\n${html}`, `${pageHtml(1)}<footer>This page is licensed under CC BY 4.0.</footer>`);
  for (const [name, pack] of [
    ["plain", (bytes: Buffer) => bytes],
    ["gzip", gzipMember],
  ] as const) {
    const [path, corpus] = [join(folder.path, `${name}.warc`), join(folder.path, name)];
    writeFileSync(path, Buffer.concat(segmentsOf(block, Math.ceil(block.length / 3)).map(pack)));
    const { status, err } = await runColophon("ingest", path, "--corpus", corpus);
    assert.equal(status, 0, err);
    using archives = rederiver(() => [path], stages, new AbortController().signal);
    const { inspect, rederive } = archives;
    const report = await verifyManifest(join(corpus, "manifest"), { inspect, rederive });
    assert.deepEqual([report.documents, report.disagreements], [1, []]);
  }
});
