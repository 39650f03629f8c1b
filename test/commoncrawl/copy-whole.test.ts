import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";

import { serveCrawl } from "../../scripts/fixtures/common-crawl/serve-crawl.ts";
import { copyName, type CopySpec } from "../../src/commoncrawl/copy-spec.ts";
import { copyWhole } from "../../src/commoncrawl/copy-whole.ts";
import { localFiles } from "../../src/commoncrawl/local-files.ts";
import { gzipMember } from "../../src/warc/write.ts";
import {
  crawl,
  filesAt,
  fileHandles,
  never,
  nothing,
  smallCrawl,
  specIn,
  type RowsSpec,
  type SmallCrawl,
} from "./small-crawl.ts";

let small: SmallCrawl;
before(async () => {
  small = await smallCrawl();
});
after(() => small[Symbol.dispose]());

const folderFor = (name: string): string => join(small.path, name);

suite("a whole file that is copied", () => {
  const whole = (spec: RowsSpec): CopySpec => ({ crawl: spec.crawl, file: spec.file, rows: null });

  test("goes on at the byte it reached, whether the connection broke or the process ended", async () => {
    const spec = whole(specIn(small));
    const source = readFileSync(join(small.folder, spec.file));
    const stop = new AbortController();
    await using served = await serveCrawl(small.folder, {
      fault: (_, number) => {
        if (number === 0) return { cutAfterBytes: 200_000 };
        return number === 1 ? { holdAfterBytes: 20_000, onHold: nothing } : null;
      },
    });
    const stopInSecond = (): void => {
      if (served.asked.length === 2) stop.abort();
    };
    await using files = filesAt(served.base);
    const folder = folderFor("whole");
    await assert.rejects(copyWhole(spec, { folder, files, signal: stop.signal, onBytes: stopInSecond }), {
      code: "interrupted",
    });
    let fetched = 0;
    const { path } = await copyWhole(spec, { folder, files, signal: never, onBytes: (bytes) => (fetched += bytes) });
    assert.ok(readFileSync(path ?? "").equals(source));
    const starts = served.asked.map(({ headers }) => Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0));
    assert.ok(
      (starts[1] ?? 0) > 0 && (starts[2] ?? 0) > (starts[1] ?? 0),
      `it was asked for from ${starts.join(", ")}`,
    );
    assert.equal(fetched, source.length - (starts[2] ?? 0));
    assert.ok(served.asked.slice(1).every(({ headers }) => String(headers["if-range"]).startsWith('"')));
  });

  for (const note of ['{"version":7,"fileBytes":20000}', '{"version":"\\"v\\""}', "not JSON"]) {
    test(`begins again when the note beside its unfinished bytes is not ours: ${note}`, async () => {
      const spec = whole(specIn(small));
      await using served = await serveCrawl(small.folder);
      await using files = filesAt(served.base);
      const folder = join(folderFor(`note-${note.length}`), "warc");
      const unfinished = join(folder, `.unfinished-${copyName(spec)}`);
      mkdirSync(folder, { recursive: true });
      writeFileSync(unfinished, Buffer.alloc(20_000));
      writeFileSync(`${unfinished}.version`, note);
      const run = { folder: join(folder, ".."), files, signal: never, onBytes: nothing };
      const { path } = await copyWhole(spec, run);
      assert.ok(readFileSync(path ?? "").equals(readFileSync(join(small.folder, spec.file))));
      assert.deepEqual(
        served.asked.map(({ headers }) => [headers.range, headers["if-range"]]),
        [[undefined, undefined]],
      );
    });
  }

  test("that changes under the copy is begun again: no byte of the old one is in it", async () => {
    using other = await smallCrawl();
    const spec = whole(specIn(other));
    const place = join(other.folder, spec.file);
    const fresh = Buffer.concat([gzipMember(Buffer.from("another file altogether")), readFileSync(place)]);
    await using served = await serveCrawl(other.folder, {
      fault: (_, number) => {
        if (number === 1) writeFileSync(place, fresh);
        return number === 0 ? { cutAfterBytes: 40_000 } : null;
      },
    });
    await using files = filesAt(served.base);
    const { path } = await copyWhole(spec, {
      folder: join(other.path, "copy"),
      files,
      signal: never,
      onBytes: nothing,
    });
    assert.ok(readFileSync(path ?? "").equals(fresh));
  });

  test("is read where it lies in a mirror, and named when it is not there", async () => {
    const spec = whole(specIn(small));
    const here = await copyWhole(spec, {
      folder: folderFor("mirror"),
      files: localFiles(small.folder),
      signal: never,
      onBytes: nothing,
    });
    assert.equal(here.path, join(small.folder, spec.file));
    const none = await copyWhole(
      { ...spec, file: "crawl-data/none.warc.gz" },
      { folder: folderFor("mirror"), files: localFiles(small.folder), signal: never, onBytes: nothing },
    );
    assert.deepEqual([none.path, none.refused[0]?.reason], [null, "file-missing"]);
  });

  test("is whole though the disk takes a part of each piece at a time", async ({ mock }) => {
    const spec = whole(specIn(small));
    await using served = await serveCrawl(small.folder);
    await using files = filesAt(served.base);
    const folder = folderFor("parts");
    const handles = await fileHandles();
    const write: unknown = Reflect.get(handles, "write");
    assert.ok(typeof write === "function");
    const aLittle = async function (this: FileHandle, bytes: Buffer, from: number, length: number, at: number) {
      return Reflect.apply(write, this, [bytes, from, Math.min(length, 1000), at]);
    };
    mock.method(handles, "write", aLittle as FileHandle["write"]);
    const { path } = await copyWhole(spec, { folder, files, signal: never, onBytes: nothing });
    assert.ok(readFileSync(path ?? "").equals(readFileSync(join(small.folder, spec.file))));
  });

  for (const code of ["ENOSPC", "EDQUOT"]) {
    test(`ends as disk-full when the system says ${code}, and goes on once there is room`, async ({ mock }) => {
      const spec = whole(specIn(small));
      await using served = await serveCrawl(small.folder);
      await using files = filesAt(served.base);
      const run = { folder: folderFor(`full-${code}`), files, signal: never, onBytes: nothing };
      const full = mock.method(await fileHandles(), "write", async () => {
        throw Object.assign(new Error("no room"), { code });
      });
      await assert.rejects(copyWhole(spec, run), { code: "disk-full" });
      full.mock.restore();
      const { path } = await copyWhole(spec, run);
      assert.ok(readFileSync(path ?? "").equals(readFileSync(join(small.folder, spec.file))));
    });
  }

  test("is never asked for, nor written, by a path that leaves the crawl", async () => {
    await using served = await serveCrawl(small.folder);
    await using files = filesAt(served.base);
    for (const file of ["../secret", "a/../../b", "/etc/passwd", "a b", "https://evil.test/x", "a//b", "."]) {
      for (const source of [files, localFiles(small.folder)]) {
        await assert.rejects(
          async () =>
            copyWhole(
              { crawl, file, rows: null },
              { folder: folderFor("evil"), files: source, signal: never, onBytes: nothing },
            ),
          {
            code: "index-broken",
          },
        );
      }
      const name = copyName({ crawl, file, rows: null });
      assert.match(name, /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/);
    }
    assert.equal(served.asked.length, 0);
    assert.ok(
      !existsSync(folderFor("evil")) ||
        readdirSync(folderFor("evil"), { recursive: true }).every((name) => !/\.gz/.test(String(name))),
    );
  });
});
