import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, suite, test } from "node:test";

import { folderStore } from "../../src/store/folder-store.ts";
import { openStore } from "../../src/store/open-store.ts";
import { assertBytes, codeIs, storeContract } from "../conformance/store-contract.ts";
import { ended, temporaryFolder } from "../fixtures/run-colophon.ts";

const putter = new URL("put-in-process.ts", import.meta.url).pathname;
const base = temporaryFolder();
after(() => base[Symbol.dispose]());

storeContract("a folder", (name) => openStore(join(base.path, name)));

suite("a store in a folder", () => {
  test("keeps no empty folder of what was removed, and loses no put that comes just then", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "store");
    const store = await openStore(path);
    await store.put("turns/run/1/ask", Buffer.from("stays"));
    await Promise.all(
      Array.from({ length: 200 }, async (_, index) => {
        const name = `turns/run/2/${index % 4}-${index}`;
        assert.equal(await store.put(name, Buffer.from(name)), "stored");
        assertBytes(await store.get(name), Buffer.from(name));
        await store.remove(name);
      }),
    );
    assert.deepEqual(readdirSync(join(path, "turns/run")), ["1"]);
    await store.remove("turns/run/1/ask");
    assert.deepEqual(readdirSync(path), ["~incoming"]);
  });

  test("gives each name to one of twenty processes that put it at once", async () => {
    using folder = temporaryFolder();
    const store = join(folder.path, "store");
    const names = Array.from({ length: 40 }, (_, index) => `races/${index}`);
    const contents = Array.from({ length: 20 }, (_, index) => Buffer.alloc(100_000, 65 + index));
    const children = contents.map((content, index) => {
      const source = join(folder.path, `source-${index}`);
      writeFileSync(source, content);
      return spawn(process.execPath, [putter, store, names.join(), source], { stdio: ["pipe", "pipe", "inherit"] });
    });
    const runs = Promise.all(children.map(ended));
    await Promise.all(children.map((child) => once(child.stdout, "data")));
    for (const child of children) child.stdin.end();
    const ends = (await runs).map(({ out }) => out.split("\n").slice(1));
    for (const [at, name] of names.entries()) {
      const winners = contents.filter((_, index) => ends[index]?.[at] === "stored");
      assert.equal(winners.length, 1, `${name} has one winner`);
      assertBytes(readFileSync(join(store, name)), winners[0]);
    }
    assert.deepEqual(readdirSync(join(store, "~incoming")), []);
  });

  test("shows nothing of an object whose putter was killed, and takes the rest away when it is a day old", async () => {
    using folder = temporaryFolder();
    const root = join(folder.path, "store");
    // A pipe gives one piece and then nothing: the putter is certainly in the middle.
    const pipe = join(folder.path, "pipe");
    assert.equal((await ended(spawn("mkfifo", [pipe]))).status, 0);
    const child = spawn(process.execPath, [putter, root, "archives/half", pipe], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const feeder = spawn("sh", ["-c", 'exec 3>"$1"; head -c 100000 /dev/zero >&3; exec sleep 60', "sh", pipe]);
    try {
      await once(child.stdout, "data");
      const incoming = join(root, "~incoming");
      let left: string[] = [];
      while (left.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 10));
        left = readdirSync(root).includes("~incoming") ? readdirSync(incoming) : [];
      }
      child.kill("SIGKILL");
      await once(child, "exit");

      const store = folderStore(root);
      assert.equal(await store.size("archives/half"), null);
      assert.deepEqual(await Array.fromAsync(store.list("")), []);
      assert.equal(await store.put("archives/half", Buffer.from("whole")), "stored");
      assert.deepEqual(readdirSync(incoming), left, "what is young may be under way");

      const old = Date.now() / 1000 - 25 * 3600;
      for (const name of left) utimesSync(join(incoming, name), old, old);
      await folderStore(root).put("another", Buffer.from("x"));
      assert.deepEqual(readdirSync(incoming), []);
      assert.equal((await store.get("archives/half"))?.toString(), "whole");
    } finally {
      child.kill("SIGKILL");
      feeder.kill("SIGKILL");
    }
  });

  test("that is full says so and keeps nothing of the object", async () => {
    using folder = temporaryFolder();
    const source = join(folder.path, "source");
    writeFileSync(source, Buffer.alloc(600_000, 1));
    const script = `mount -t tmpfs -o size=1m tmpfs "$1" || exit 99; "$2" "$3" "$1" first "$4" &&
      { "$2" "$3" "$1" second "$4"; echo "status $?"; find "$1" -type f; }`;
    const small = join(folder.path, "small");
    mkdirSync(small);
    const run = await ended(
      spawn("unshare", ["-rm", "sh", "-c", script, "sh", small, process.execPath, putter, source], {
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
    assert.equal(run.out, `ready\nstored\nready\nstatus 1\n${small}/first\n`, run.err);
    assert.match(run.err, /code: 'disk-full'/);
    assert.match(run.err, /no space left while putting second; make room in /);
  });

  test("that is gone is not made again somewhere else", async () => {
    using folder = temporaryFolder();
    const store = folderStore(join(folder.path, "unmounted"));
    await assert.rejects(store.put("name", Buffer.from("x")), codeIs("store-unreachable"));
    await assert.rejects(openStore(join(folder.path, "unmounted", "store")), codeIs("store-unreachable"));
    assert.deepEqual(readdirSync(folder.path), []);
  });

  test("refuses a name that lies in an object, and an address that is a file", async () => {
    using folder = temporaryFolder();
    await using store = await openStore(join(folder.path, "store"));
    await store.put("name", Buffer.from("x"));
    await assert.rejects(store.put("name/below", Buffer.from("y")), codeIs("store-refused"));
    await assert.rejects(openStore(join(folder.path, "store", "name")), codeIs("store-refused"));
    assert.equal((await store.get("name"))?.toString(), "x");
    assert.equal(store.localPath("name"), join(folder.path, "store", "name"));
    assert.equal(store.place, join(folder.path, "store"));
  });

  test("refuses what its rights do not allow", async () => {
    using folder = temporaryFolder();
    const root = join(folder.path, "store");
    mkdirSync(root);
    chmodSync(root, 0o555);
    // Root may write anywhere, so another user asks.
    const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    chmodSync(folder.path, 0o755);
    const run = await ended(
      spawn(process.execPath, [putter, root, "name", process.execPath], {
        stdio: ["ignore", "pipe", "pipe"],
        ...asNobody,
      }),
    );
    chmodSync(root, 0o755);
    assert.match(run.err, /code: 'store-refused'/);
    assert.match(run.err, /EACCES while putting name/);
  });
});
