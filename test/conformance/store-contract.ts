import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { PipelineError, type FailureCode } from "../../src/core/errors.ts";
import { isObjectName } from "../../src/store/object-name.ts";
import type { Store, StoredObject } from "../../src/store/store.ts";
import { temporaryFolder } from "../fixtures/run-colophon.ts";

export const codeIs =
  (code: FailureCode) =>
  (error: unknown): boolean =>
    error instanceof PipelineError && error.code === code;

/** Unlike `deepEqual`, prints no pages of differences for large buffers. */
export function assertBytes(actual: Buffer | null | undefined, wanted: Buffer | undefined): void {
  assert.ok(actual && wanted && actual.equals(wanted), "the bytes are those that were put");
}

/** Larger than any piece that a store reads or sends at once, and no multiple of one. */
const largeBytes = 33 * 1024 * 1024 + 7;

/** What holds for every store; `open` returns an empty one, and the same one for every call with the same `name`. */
export function storeContract(kind: string, open: (name: string) => Promise<Store>): void {
  suite(`${kind} keeps the contract of a store`, () => {
    test("an object comes back as it was put, whole, in parts and with its size", async () => {
      await using store = await open("whole");
      const bytes = randomBytes(100_000);
      assert.equal(await store.put("segments/one", bytes), "stored");
      assert.deepEqual(await store.get("segments/one"), bytes);
      assert.equal(await store.size("segments/one"), 100_000);
      assert.deepEqual(await store.range("segments/one", 0, 1), bytes.subarray(0, 1));
      assert.deepEqual(await store.range("segments/one", 99_000, 99_999), bytes.subarray(99_000, 99_999));
    });

    test("an object of no bytes is an object", async () => {
      await using store = await open("empty");
      assert.equal(await store.put("nothing", Buffer.alloc(0)), "stored");
      assert.equal(await store.size("nothing"), 0);
      assert.deepEqual(await store.get("nothing"), Buffer.alloc(0));
      assert.deepEqual(await store.range("nothing", 0, 10), Buffer.alloc(0));
      using folder = temporaryFolder();
      assert.equal(await store.copyTo("nothing", join(folder.path, "copy")), true);
      assert.equal(readFileSync(join(folder.path, "copy")).length, 0);
    });

    test("a range ends where the object ends, and one that lies behind it is empty", async () => {
      await using store = await open("ranges");
      await store.put("ten", Buffer.from("0123456789"));
      const part = async (begin: number, end: number): Promise<string | undefined> =>
        (await store.range("ten", begin, end))?.toString();
      assert.equal(await part(7, 100), "789");
      assert.equal(await part(10, 20), "");
      assert.equal(await part(50, 60), "");
      assert.equal(await part(3, 3), "");
      assert.equal(await part(0, 10), "0123456789");
    });

    test("what was never put is reported as absent, not as a fault", async () => {
      await using store = await open("absent");
      await store.put("folder/one", Buffer.from("1"));
      for (const name of ["two", "folder", "folder/two", "folder/one/below"]) {
        assert.equal(await store.get(name), null, name);
        assert.equal(await store.range(name, 0, 5), null, name);
        assert.equal(await store.range(name, 3, 3), null, name);
        assert.equal(await store.size(name), null, name);
        await store.remove(name);
      }
      using folder = temporaryFolder();
      assert.equal(await store.copyTo("two", join(folder.path, "copy")), false);
      assert.deepEqual(readdirSync(folder.path), []);
      assert.equal((await store.get("folder/one"))?.toString(), "1");
    });

    test("a second put changes nothing and says that the object is present", async () => {
      await using store = await open("twice");
      assert.equal(await store.put("name", Buffer.from("first")), "stored");
      assert.equal(await store.put("name", Buffer.from("second")), "present");
      assert.equal((await store.get("name"))?.toString(), "first");
    });

    test("a removed object is absent and its name is free again", async () => {
      await using store = await open("removed");
      await store.put("name", Buffer.from("first"));
      await store.remove("name");
      await store.remove("name");
      assert.equal(await store.get("name"), null);
      assert.equal(await store.put("name", Buffer.from("second")), "stored");
      assert.equal((await store.get("name"))?.toString(), "second");
    });

    test("a large file goes in and comes out byte for byte, and changing it later changes nothing in the store", async () => {
      await using store = await open("large");
      using folder = temporaryFolder();
      const bytes = randomBytes(largeBytes);
      const [source, copy] = [join(folder.path, "source"), join(folder.path, "copy")];
      writeFileSync(source, bytes);
      assert.equal(await store.put("archives/large", { path: source }), "stored");
      assert.equal(await store.put("archives/large", { path: source }), "present");
      writeFileSync(source, "changed", { flag: "r+" });
      assert.equal(await store.size("archives/large"), largeBytes);
      assert.equal(await store.copyTo("archives/large", copy), true);
      assertBytes(readFileSync(copy), bytes);
      assert.deepEqual(readdirSync(folder.path).sort(), ["copy", "source"]);
      assertBytes(await store.get("archives/large"), bytes);
    });

    test("a copy replaces a file of that name", async () => {
      await using store = await open("replaced");
      using folder = temporaryFolder();
      await store.put("name", Buffer.from("new"));
      writeFileSync(join(folder.path, "copy"), "old and longer");
      await store.copyTo("name", join(folder.path, "copy"));
      assert.equal(readFileSync(join(folder.path, "copy"), "utf8"), "new");
    });

    test("a file that is not there or is a folder puts nothing", async () => {
      await using store = await open("no-source");
      using folder = temporaryFolder();
      mkdirSync(join(folder.path, "folder"));
      await assert.rejects(store.put("name", { path: join(folder.path, "none") }), codeIs("not-found"));
      await assert.rejects(store.put("name", { path: join(folder.path, "folder") }), codeIs("not-found"));
      assert.equal(await store.size("name"), null);
    });

    test("a list has the objects under a prefix in the order of their names, folders or not", async () => {
      await using store = await open("list");
      const names = ["a", "a-b/c", "a.b", "a0", "b/a/z", "b/a-a", "b/c", "B", "b/a/a", "c/_", "c/-", "c/x.y"];
      for (const name of names) await store.put(name, Buffer.from(name));
      const listed = async (prefix: string): Promise<StoredObject[]> => Array.fromAsync(store.list(prefix));
      for (const prefix of ["", "a", "b/", "b/a", "b/a/", "c/x.y", "none", "none/"]) {
        const wanted = names.filter((name) => name.startsWith(prefix)).sort();
        assert.deepEqual(
          await listed(prefix),
          wanted.map((name) => ({ name, bytes: name.length })),
          `prefix ${JSON.stringify(prefix)}`,
        );
      }
    });

    test("what is aborted ends as interrupted and leaves neither object nor file", async () => {
      await using store = await open("aborted");
      await store.put("there", randomBytes(1000));
      using folder = temporaryFolder();
      const source = join(folder.path, "source");
      writeFileSync(source, Buffer.alloc(largeBytes));
      const aborted = AbortSignal.abort();
      const copy = join(folder.path, "copy");
      for (const call of [
        () => store.put("name", Buffer.from("x"), aborted),
        () => store.get("there", aborted),
        () => store.range("there", 0, 1, aborted),
        () => store.size("there", aborted),
        () => store.copyTo("there", copy, aborted),
        () => store.remove("there", aborted),
        () => Array.fromAsync(store.list("", aborted)),
        () => store.put("name", { path: source }, AbortSignal.timeout(3)),
      ]) {
        await assert.rejects(call(), codeIs("interrupted"), call.toString());
      }
      assert.deepEqual(readdirSync(folder.path), ["source"]);
      assert.deepEqual(await Array.fromAsync(store.list("")), [{ name: "there", bytes: 1000 }]);
    });

    test("of twenty that put one name at once, one stores it and the object is that one's, whole", async () => {
      const stores = await Promise.all(Array.from({ length: 20 }, () => open("race")));
      try {
        for (let round = 0; round < 3; round += 1) {
          const contents = stores.map((_, index) => Buffer.alloc(50_000, 65 + index));
          const ends = await Promise.all(
            stores.map((store, index) => store.put(`round-${round}`, contents[index] ?? Buffer.alloc(0))),
          );
          assert.equal(ends.filter((end) => end === "stored").length, 1, ends.join());
          const held = await stores[0]?.get(`round-${round}`);
          assertBytes(held, contents[ends.indexOf("stored")]);
        }
      } finally {
        for (const store of stores) await store[Symbol.asyncDispose]();
      }
    });

    test("names of digits, letters, dots and dashes hold what was put there; all others are refused", async () => {
      await using store = await open("names");
      const part = fc
        .string({ unit: fc.constantFrom("a", "Z", "0", "9", ".", "_", "-"), minLength: 1, maxLength: 20 })
        .filter((text) => text !== "." && text !== "..");
      const own = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => `p/${parts.join("/")}.o`);
      await fc.assert(
        fc.asyncProperty(own, async (name) => {
          const bytes = Buffer.from(name);
          await store.put(name, bytes);
          assert.deepEqual(await store.get(name), bytes);
          assert.deepEqual(
            (await Array.fromAsync(store.list(name))).find((object) => object.name === name)?.bytes,
            bytes.length,
          );
        }),
        { numRuns: 25 },
      );
      const hostile = fc.oneof(
        fc.constantFrom(
          "",
          "/",
          "/etc/passwd",
          "..",
          "a/../b",
          "a/..",
          "./a",
          "a//b",
          "a/",
          "a\\b",
          "a\0b",
          "~incoming/x",
        ),
        fc.string({ unit: "binary" }).filter((name) => !isObjectName(name)),
      );
      await fc.assert(
        fc.asyncProperty(hostile, async (name) => {
          await assert.rejects(store.put(name, Buffer.from("x")), codeIs("store-refused"));
          await assert.rejects(store.get(name), codeIs("store-refused"));
          await assert.rejects(store.range(name, 0, 1), codeIs("store-refused"));
          await assert.rejects(store.remove(name), codeIs("store-refused"));
        }),
        { numRuns: 100 },
      );
      await assert.rejects(Array.fromAsync(store.list("../")), codeIs("store-refused"));
    });
  });
}
