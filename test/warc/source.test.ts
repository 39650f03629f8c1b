import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import { bytesSource, fileSource } from "../../src/warc/source.ts";

const folder = mkdtempSync(join(tmpdir(), "colophon-source-"));
after(() => rmSync(folder, { recursive: true }));

function failureOf(action: () => unknown): PipelineError {
  try {
    action();
  } catch (error) {
    if (error instanceof PipelineError) return error;
  }
  throw new Error("it did not fail as it should");
}

test("a file is read at any position, and less than asked comes only at its end", () => {
  const path = join(folder, "ten.warc");
  writeFileSync(path, "0123456789");
  using source = fileSource(path);
  for (const each of [source, bytesSource(Buffer.from("0123456789"))]) {
    assert.equal(each.size, 10);
    assert.equal(each.read(3, 4).toString(), "3456");
    assert.equal(each.read(8, 100).toString(), "89");
    assert.equal(each.read(10, 5).length, 0);
    assert.equal(each.read(99, 5).length, 0);
  }
});

test("a missing file is named, with what to do", () => {
  const path = join(folder, "nowhere.warc");
  const { code, message } = failureOf(() => fileSource(path));
  assert.equal(code, "archive-missing");
  assert.ok(message.includes(path) && message.includes("check the path"));
});

test("a path through a file is a missing archive", () => {
  writeFileSync(join(folder, "file"), "");
  assert.equal(failureOf(() => fileSource(join(folder, "file", "a.warc"))).code, "archive-missing");
});

test("a named pipe without a writer is refused immediately", () => {
  const path = join(folder, "pipe.warc");
  execFileSync("mkfifo", [path]);
  const { code, message } = failureOf(() => fileSource(path));
  assert.equal(code, "archive-unreadable");
  assert.ok(message.includes("not a regular file"));
});

test("a folder is refused by name", () => {
  const { code, message } = failureOf(() => fileSource(folder));
  assert.equal(code, "archive-unreadable");
  assert.ok(message.includes(folder) && message.includes("not a regular file"));
});

test("a file that shrinks while it is read is a failure, not a short answer", () => {
  const path = join(folder, "shrinks.warc");
  writeFileSync(path, "0123456789");
  using source = fileSource(path);
  truncateSync(path, 4);
  assert.equal(failureOf(() => source.read(0, 10)).code, "archive-unreadable");
});
