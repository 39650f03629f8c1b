import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { globSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, suite, test } from "node:test";

import { patience } from "../../src/store/s3-retry.ts";
import { s3Store } from "../../src/store/s3-store.ts";
import { assertBytes, codeIs } from "../conformance/store-contract.ts";
import { startFaultProxy, type Fault, type Passing } from "../fixtures/fault-proxy.ts";
import { temporaryFolder } from "../fixtures/run-colophon.ts";
import { startS3 } from "../fixtures/s3-server.ts";

const putter = new URL("put-in-process.ts", import.meta.url).pathname;
const server = await startS3();
const proxy = await startFaultProxy(server.port);
after(async () => {
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
Object.assign(process.env, server.keys);

const quick = { ...patience, tries: 5, firstDelayMs: 5, longestDelayMs: 20 };
const impatient = { ...quick, tryMs: 150, leastBytesPerSecond: 4 * 1024 * 1024 };
const direct = await s3Store(server.store("faults"), { patience: quick });
const store = await s3Store(server.store("faults", proxy.port), { patience: quick });
const hasty = await s3Store(server.store("faults", proxy.port), { patience: impatient });
// Leaves time for a machine so busy that its own server answers late.
const stubborn = await s3Store(server.store("faults", proxy.port), { patience: { ...impatient, tries: 50 } });
const bytes = randomBytes(300_000);
await direct.put("there", bytes);
await direct.put("small", Buffer.from("small"));

const first = (times: number, fault: Fault): ((passing: Passing) => Fault | null) => {
  return ({ count }) => (count < times ? fault : null);
};
const always = (fault: Fault) => (): Fault => fault;
const uploads = (): string[] => globSync("**/multipart/*/*", { cwd: join(server.folder, "colophon/.sgwtmp") });

const passingFaults: readonly { readonly name: string; readonly fault: Fault }[] = [
  { name: "answers 500", fault: { kind: "answer", status: 500 } },
  { name: "answers 503", fault: { kind: "answer", status: 503, body: "<Error><Code>SlowDown</Code></Error>" } },
  { name: "answers 429", fault: { kind: "answer", status: 429 } },
  { name: "is silent", fault: { kind: "silence" } },
  { name: "cuts bodies off", fault: { kind: "cut", bytes: 2 } },
  { name: "loses its answers", fault: { kind: "lost-answer" } },
];

suite("a bucket behind a bad connection", () => {
  for (const { name, fault } of passingFaults) {
    const [asker, times] = fault.kind === "silence" ? [stubborn, 1] : [store, 2];
    test(`that ${name} is asked again, and every call comes to its end`, async () => {
      const through = async <T>(call: () => Promise<T>): Promise<T> => {
        proxy.script(first(times, fault));
        return call();
      };
      assertBytes(await through(() => asker.get("there")), bytes);
      assert.equal((await through(() => asker.range("small", 1, 4)))?.toString(), "mal");
      assert.equal(await through(() => asker.size("there")), bytes.length);
      assert.equal(await through(() => asker.get("none")), null);
      assert.deepEqual(await through(() => Array.fromAsync(asker.list("the"))), [
        { name: "there", bytes: bytes.length },
      ]);
      const end = await through(() => asker.put(`put/${fault.kind}`, Buffer.from("new")));
      // Whose object it is may be lost with the answer; that it is there is not.
      assert.ok(end === "stored" || (end === "present" && fault.kind === "lost-answer"), end);
      assert.equal((await direct.get(`put/${fault.kind}`))?.toString(), "new");
      await through(() => asker.remove(`put/${fault.kind}`));
      assert.equal(await direct.size(`put/${fault.kind}`), null);
      using folder = temporaryFolder();
      assert.equal(await through(() => asker.copyTo("there", join(folder.path, "copy"))), true);
      assert.ok(readFileSync(join(folder.path, "copy")).equals(bytes));
    });

    test(`that ${name} for good ends as unreachable, after as many tries as it was given`, async () => {
      proxy.script(always(fault));
      const loser = fault.kind === "silence" ? hasty : store;
      await assert.rejects(loser.get("there"), codeIs("store-unreachable"));
      assert.equal(proxy.requests().length, quick.tries);
      using folder = temporaryFolder();
      await assert.rejects(loser.copyTo("there", join(folder.path, "copy")), codeIs("store-unreachable"));
      assert.deepEqual(readdirSync(folder.path), []);
    });
  }

  test("where others write the same name at that moment is asked again, until it says whose it is", async () => {
    const conflict = {
      kind: "answer",
      status: 409,
      body: "<Error><Code>ConditionalRequestConflict</Code></Error>",
    } as const;
    proxy.script(first(2, conflict));
    assert.equal(await store.put("there", Buffer.from("other")), "present");
    proxy.script(first(2, conflict));
    assert.equal(await store.put("conflict", Buffer.from("new")), "stored");
  });

  test("that takes no connections is asked again, and ends as unreachable if it never does", async () => {
    proxy.script(() => null);
    await proxy.refuse();
    await assert.rejects(store.put("refused", Buffer.from("x")), codeIs("store-unreachable"));
    const patient = await s3Store(server.store("faults"), { patience: { ...quick, tries: 100 } });
    await proxy.accept();
    assert.equal(await store.put("refused", Buffer.from("x")), "stored");
    await server.kill();
    const got = patient.get("there");
    await server.start();
    assertBytes(await got, bytes);
    await patient[Symbol.asyncDispose]();
  });

  test("gives an object that comes slowly, and ends as unreachable when it comes too slowly", async () => {
    proxy.script(always({ kind: "slow", bytes: 64 * 1024, delayMs: 20 }));
    assertBytes(await store.get("there"), bytes);
    proxy.script(always({ kind: "slow", bytes: 1000, delayMs: 10 }));
    await assert.rejects(hasty.get("there"), codeIs("store-unreachable"));
    assert.equal(proxy.requests().length, quick.tries);
  });

  test("lets a waiting call be interrupted", async () => {
    proxy.script(always({ kind: "silence" }));
    await assert.rejects(store.get("there", AbortSignal.timeout(30)), codeIs("interrupted"));
    proxy.script(always({ kind: "answer", status: 503 }));
    const slow = { ...quick, firstDelayMs: 60_000, longestDelayMs: 60_000 };
    proxy.script(() => null);
    await using waiting = await s3Store(server.store("faults", proxy.port), { patience: slow });
    proxy.script(always({ kind: "answer", status: 503 }));
    await assert.rejects(waiting.put("never", Buffer.from("x"), AbortSignal.timeout(30)), codeIs("interrupted"));
    assert.equal(await direct.size("never"), null);
  });
});

suite("a large object on its way into a bucket", () => {
  const large = randomBytes(17 * 1024 * 1024 + 7);
  const is = (method: string, part: string) => (passing: Passing) =>
    passing.method === method && passing.url.includes(part);
  const isPart = is("PUT", "partNumber=2");
  const isCompletion = ({ method, url }: Passing): boolean => method === "POST" && url.includes("uploadId=");

  test("gets there though one of its parts failed at first, and is read from disk again for that", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "large");
    writeFileSync(path, large);
    let failures = 0;
    proxy.script((passing) => (isPart(passing) && failures++ < 2 ? { kind: "answer", status: 500 } : null));
    assert.equal(await store.put("large/part", { path }), "stored");
    assert.equal(failures, 3);
    assertBytes(await direct.get("large/part"), large);
    assert.deepEqual(uploads(), []);
  });

  test("is there though the answer to its completion was lost", async () => {
    // Amazon silently completes an upload twice; other servers do not know it the second time.
    const unknown: Fault = { kind: "answer", status: 404, body: "<Error><Code>NoSuchUpload</Code></Error>" };
    let asked = 0;
    proxy.script((passing) => {
      if (!isCompletion(passing)) return null;
      asked += 1;
      return asked === 1 ? { kind: "lost-answer" } : unknown;
    });
    assert.equal(await store.put("large/lost", large), "present");
    assertBytes(await direct.get("large/lost"), large);
    assert.deepEqual(uploads(), []);
  });

  test("leaves no parts behind when it cannot be finished or is interrupted", async () => {
    proxy.script((passing) => (isPart(passing) ? { kind: "answer", status: 503 } : null));
    await assert.rejects(store.put("large/never", large), codeIs("store-unreachable"));
    assert.deepEqual(uploads(), []);
    // At every moment of sending a part, which the server may finish although no caller waits for it any more.
    for (let moment = 0; moment < 8; moment += 1) {
      const stop = new AbortController();
      proxy.script((passing) => {
        if (passing.url.includes(`partNumber=${(moment % 2) + 1}`)) setTimeout(() => stop.abort(), moment * 2);
        return null;
      });
      const end = store.put(`large/stopped-${moment}`, large, stop.signal);
      await end.then(
        (end) => assert.equal(end, "stored"),
        (error: unknown) => assert.ok(codeIs("interrupted")(error)),
      );
      assert.deepEqual(uploads(), [], `moment ${moment}`);
    }
    assert.equal(await direct.size("large/never"), null);
  });

  test("of five that put it at once, one stores it and the others leave no parts", async () => {
    proxy.script(() => null);
    const contents = Array.from({ length: 5 }, (_, index) => Buffer.alloc(17 * 1024 * 1024, 65 + index));
    const ends = await Promise.all(contents.map((content) => direct.put("large/race", content)));
    assert.deepEqual(ends.filter((end) => end === "stored").length, 1, ends.join());
    assertBytes(await direct.get("large/race"), contents[ends.indexOf("stored")]);
    assert.deepEqual(uploads(), []);
  });

  test("shows nothing when its putter is killed on the way, and can be put again", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "large");
    writeFileSync(path, large);
    const arrived = new Promise<void>((resolve) => {
      proxy.script((passing) => {
        if (!isPart(passing)) return null;
        resolve();
        return { kind: "silence" };
      });
    });
    const child = spawn(process.execPath, [putter, server.store("faults", proxy.port), "large/killed", path], {
      stdio: "ignore",
    });
    try {
      await arrived;
    } finally {
      child.kill("SIGKILL");
    }
    assert.equal(await direct.size("large/killed"), null);
    assert.deepEqual(await Array.fromAsync(direct.list("large/killed")), []);
    assert.equal(await direct.put("large/killed", { path }), "stored");
    assertBytes(await direct.get("large/killed"), large);
  });
});
