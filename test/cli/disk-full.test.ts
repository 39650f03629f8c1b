import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { serveSmallWeb } from "../../scripts/fixtures/serve-small-web.ts";
import { archiveOfPages } from "../fixtures/archive-of-pages.ts";
import { ended, manifestOf, runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

const bin = new URL("../../bin/colophon.js", import.meta.url).pathname;

// A small file system of its own, in a name space of its own: it is gone with the process.
const mountable = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/tmp"]).status === 0;

suite(
  "a full disk",
  { skip: mountable ? false : "no small file system can be mounted here (needs Linux with user name spaces)" },
  () => {
    test("stops ingest cleanly with status 5, and the same command finishes once there is room", async () => {
      using folder = temporaryFolder();
      const file = join(folder.path, "pages.warc.gz");
      writeFileSync(file, archiveOfPages("example.org", 0, 400, 30));
      const corpus = join(folder.path, "small");
      const kept = join(folder.path, "kept");
      mkdirSync(corpus);
      mkdirSync(kept);
      const script = `mount -t tmpfs -o size=1m tmpfs "$1" && printf 'name: full\\nsliceBytes: 65536\\n' > "$1/corpus.yaml" &&
      "$2" "$3" ingest "$4" --corpus "$1"; status=$?; cp -r "$1/." "$5"; exit $status`;
      const run = await ended(
        spawn("unshare", ["-rm", "sh", "-c", script, "sh", corpus, process.execPath, bin, file, kept], {
          stdio: ["ignore", "pipe", "pipe"],
        }),
      );
      assert.equal(run.status, 5, run.err);
      assert.match(run.err, /no space left/i);
      assert.doesNotMatch(run.err, /internal error|at .*\.ts:\d+/);

      const again = await runColophon("ingest", file, "--corpus", kept);
      assert.equal(again.status, 0, again.err);
      assert.equal(manifestOf(kept).funnel.captures, 400);
      assert.equal((await runColophon("verify", kept)).status, 0);
    });

    test("stops a crawl cleanly with status 5, and the same crawl visits the rest once there is room", async () => {
      using folder = temporaryFolder();
      await using web = await serveSmallWeb();
      const [corpus, kept] = [join(folder.path, "small"), join(folder.path, "kept")];
      mkdirSync(corpus);
      mkdirSync(kept);
      const local = ["--delay", "0", "--no-ingest", "--allow-private", "--connect-to", `::127.0.0.1:${web.port}`];
      const args = (where: string): string[] => ["crawl", ...web.seeds, "--corpus", where, ...local];
      const script = `mount -t tmpfs -o size=600k tmpfs "$1" || exit 99; from=$1; to=$2; shift 2;
        "$@"; status=$?; cp -r "$from/." "$to"; exit $status`;
      const run = await ended(
        spawn("unshare", ["-rm", "sh", "-c", script, "sh", corpus, kept, process.execPath, bin, ...args(corpus)], {
          stdio: ["ignore", "pipe", "pipe"],
        }),
      );
      assert.equal(run.status, 5, run.err);
      assert.doesNotMatch(run.err, /internal error|at .*\.ts:\d+/);

      const again = await runColophon(...args(kept));
      assert.equal(again.status, 0, again.err);
      assert.match(again.out, /Frontier +12 hosts: 255 pages visited, 0 waiting/);
    });
  },
);
