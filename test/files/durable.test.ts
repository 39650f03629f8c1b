import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { suite, test } from "node:test";

import { writeAll, writeSynced, writeWhole, replaceFolder } from "../../src/files/durable.ts";
import { temporaryFolder } from "../fixtures/run-colophon.ts";

suite("a folder that is replaced", () => {
  for (const code of ["ENOSPC", "EDQUOT"]) {
    test(`stays as it was, and nothing beside it, when the system says ${code}: that is disk-full`, async () => {
      using folder = temporaryFolder();
      const path = join(folder.path, "manifest");
      await replaceFolder(path, async (building) => writeSynced(join(building, "a"), "old"));
      const filling = replaceFolder(path, async (building) => {
        await writeSynced(join(building, "a"), "new");
        throw Object.assign(new Error("no room"), { code });
      });
      await assert.rejects(filling, { code: "disk-full" });
      assert.deepEqual(readdirSync(folder.path), ["manifest"]);
      assert.equal(readFileSync(join(path, "a"), "utf8"), "old");
    });
  }
});

test("a file that could not be written whole leaves nothing under its name", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "file");
  const writing = writeSynced(path, async (file) => {
    await file.writeFile("half of");
    throw new RangeError("a test says so");
  });
  await assert.rejects(writing, RangeError);
  assert.deepEqual(readdirSync(folder.path), []);
});

test("a small file that is written whole replaces the old one, and leaves no other behind", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "file");
  writeWhole(path, "old");
  writeWhole(path, Buffer.from("new"));
  assert.equal(readFileSync(path, "utf8"), "new");
  assert.deepEqual(readdirSync(folder.path), ["file"]);
});

test("all bytes are written at their position by a system that accepts three at a time", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "file");
  await using file = await open(path, "w");
  await file.writeFile("kept over");
  const write = file.write.bind(file);
  file.write = (async (bytes: Buffer, offset: number, length: number, position: number) =>
    write(bytes, offset, Math.min(3, length), position)) as typeof file.write;
  await writeAll(file, Buffer.from("ten bytes!"), 5);
  assert.equal(readFileSync(path, "utf8"), "kept ten bytes!");
});
