import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import { openStore } from "../../src/store/open-store.ts";
import { startCarelessS3, type PutIfAbsent } from "../fixtures/careless-s3.ts";
import { startRedis } from "../fixtures/redis-server.ts";
import { corpusOfSmallSlices, runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";
import { startS3 } from "../fixtures/s3-server.ts";

const keys = { AWS_ACCESS_KEY_ID: "KEY", AWS_SECRET_ACCESS_KEY: "SECRET", AWS_EC2_METADATA_DISABLED: "true" };

const refusals: Readonly<Record<Exclude<PutIfAbsent, "kept">, RegExp>> = {
  ignored: /^the server of s3:\/\/bucket\/run overwrites an object that is there: .*If-None-Match.*Amazon S3/,
  unsaid: /stored an object under a name that was taken/,
  "not-implemented": /answers 501 to a conditional write: .*versitygw/,
  "always-taken": /does not give back what was put there/,
};

suite("a bucket that is opened to be written to", () => {
  for (const [way, words] of Object.entries(refusals) as [keyof typeof refusals, RegExp][]) {
    test(`is refused when put-if-absent is ${way}, and keeps no scratch object`, async () => {
      Object.assign(process.env, keys);
      await using server = await startCarelessS3(way);
      const error: unknown = await openStore(server.store("run")).then(
        () => null,
        (error: unknown) => error,
      );
      assert.ok(error instanceof PipelineError && error.code === "store-refused", String(error));
      assert.match(error.message, words);
      assert.deepEqual([...server.objects.keys()], []);
    });
  }

  test("is taken when the first of two writers wins, by many processes at once, and keeps no scratch object", async () => {
    Object.assign(process.env, keys);
    await using server = await startCarelessS3("kept");
    const opened = await Promise.all(Array.from({ length: 10 }, () => openStore(server.store("run"))));
    for (const store of opened) await store[Symbol.asyncDispose]();
    assert.deepEqual([...server.objects.keys()], []);
  });

  test("is taken when a real server keeps it", async () => {
    await using server = await startS3();
    Object.assign(process.env, server.keys);
    await using store = await openStore(server.store("run"));
    assert.deepEqual(await Array.fromAsync(store.list("")), []);
  });

  test("ends a collector and a worker at once with the status of a wrong configuration when it overwrites", async () => {
    Object.assign(process.env, keys);
    using folder = temporaryFolder();
    await using redis = await startRedis();
    await using server = await startCarelessS3("ignored");
    const place = ["--redis", redis.url, "--store", server.store("run")];
    const corpus = corpusOfSmallSlices(`${folder.path}/corpus`);
    for (const command of [["ingest", process.execPath, "--corpus", corpus], ["worker"]]) {
      const run = await runColophon(...command, ...place);
      assert.equal(run.status, 6, run.err);
      assert.match(run.err, /overwrites an object that is there/);
    }
  });
});
