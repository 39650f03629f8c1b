import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, mock, suite, test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import { patience } from "../../src/store/s3-retry.ts";
import { s3Store } from "../../src/store/s3-store.ts";
import { codeIs } from "../conformance/store-contract.ts";
import { startFaultProxy, type Fault } from "../fixtures/fault-proxy.ts";
import { ended, temporaryFolder } from "../fixtures/run-colophon.ts";
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
const direct = await s3Store(server.store("faults"), { patience: quick });
const store = await s3Store(server.store("faults", proxy.port), { patience: quick });
await direct.put("small", Buffer.from("small"));

const always = (fault: Fault) => (): Fault => fault;

const withEnvironment = async (change: Record<string, string>, act: () => Promise<void>): Promise<void> => {
  const before = Object.keys(change).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, change);
  await act().finally(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
};

suite("what a bucket refuses", () => {
  const refusal = async (address: string): Promise<string> => {
    const error: unknown = await s3Store(address, { patience: quick }).then(
      () => null,
      (error: unknown) => error,
    );
    assert.ok(error instanceof PipelineError && error.code === "store-refused", String(error));
    assert.ok(!JSON.stringify([error.message, error.context, error.cause]).includes("secret"), "no secret is told");
    return error.message;
  };
  test("is reported when the store is opened: no such bucket, wrong secret, unknown key, no keys", async () => {
    const none = server.store("x").replace("colophon", "no-such-bucket");
    assert.match(await refusal(none), /404 NoSuchBucket .*make the bucket first/);
    await withEnvironment({ AWS_SECRET_ACCESS_KEY: "wrong-secret" }, async () => {
      assert.match(await refusal(server.store("x")), /403 SignatureDoesNotMatch .*check the keys/);
    });
    await withEnvironment({ AWS_ACCESS_KEY_ID: "UNKNOWN" }, async () => {
      assert.match(await refusal(server.store("x")), /UserNotFound|InvalidAccessKeyId/);
    });
    using home = temporaryFolder();
    const nothing = { AWS_CONFIG_FILE: join(home.path, "x"), AWS_SHARED_CREDENTIALS_FILE: join(home.path, "y") };
    await withEnvironment({ ...nothing, AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" }, async () => {
      assert.match(await refusal(server.store("x")), /CredentialsProviderError .*set AWS_ACCESS_KEY_ID/);
    });
  });

  test("is reported later too, and not retried", async () => {
    const denied = "<Error><Code>AccessDenied</Code><Message>for secret</Message></Error>";
    proxy.script(always({ kind: "answer", status: 403, body: denied }));
    await assert.rejects(store.put("denied", Buffer.from("x")), codeIs("store-refused"));
    assert.equal(proxy.requests().length, 1);
    await assert.rejects(store.get("there"), codeIs("store-refused"));
    await assert.rejects(store.size("there"), codeIs("store-refused"));
  });

  test("is an answer of a server that cannot give ranges, not bytes that were not asked for", async () => {
    proxy.script(always({ kind: "answer", status: 200, body: "the whole object" }));
    await assert.rejects(store.range("there", 4, 9), codeIs("store-refused"));
  });

  const addresses = [
    ["s3://key:p4ss@bucket/prefix", /keys come from AWS_ACCESS_KEY_ID/],
    ["s3://bucket/prefix?endpoint=http://key:p4ss@127.0.0.1:1", /the endpoint holds a secret/],
    ["s3://bucket/prefix?endpoint=127.0.0.1:1", /the endpoint is no http/],
    ["s3://bucket/prefix?p4ss=1", /there is no option/],
    ["s3://B/prefix", /that is no bucket/],
    ["s3://bucket/a//b", /the prefix holds more/],
    ["s3://bucket/a%20b", /the prefix holds more/],
    ["s3:bucket", /that is no bucket/],
  ] as const;
  for (const [address, message] of addresses) {
    test(`is ${address.replace("p4ss", "…")}`, async () => {
      const error: unknown = await s3Store(address).then(
        () => null,
        (error: unknown) => error,
      );
      assert.ok(error instanceof PipelineError && error.code === "store-refused", String(error));
      assert.match(error.message, message);
      if (!address.includes("?p4ss")) assert.doesNotMatch(error.message, /p4ss/);
    });
  }

  test("is everything while its library is not installed, with the line that installs it", async () => {
    const hooks = `import { registerHooks } from "node:module";
      registerHooks({ resolve(name, context, next) {
        if (name.startsWith("@aws-sdk/")) throw Object.assign(new Error(name), { code: "ERR_MODULE_NOT_FOUND" });
        return next(name, context);
      } });`;
    const args = [
      "--import",
      `data:text/javascript,${encodeURIComponent(hooks)}`,
      putter,
      server.store("x"),
      "name",
      putter,
    ];
    const run = await ended(spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] }));
    assert.match(run.err, /store-refused/);
    assert.match(run.err, /npm install @aws-sdk\/client-s3/);
  });
});

suite("a bucket", () => {
  test("that is full says so, keeps nothing of the object, and takes it once there is room", async () => {
    const mebibyte = 1024 * 1024;
    await using small = await startS3(36 * mebibyte);
    await using full = await s3Store(small.store("full"), { patience: quick });
    const held = [
      { name: "one", bytes: 12 * mebibyte },
      { name: "two", bytes: 12 * mebibyte },
    ];
    for (const { name, bytes } of held) assert.equal(await full.put(name, Buffer.alloc(bytes)), "stored");
    const large = Buffer.alloc(17 * mebibyte);
    await assert.rejects(full.put("piece", large.subarray(0, 15 * mebibyte)), codeIs("disk-full"));
    await assert.rejects(full.put("large", large), codeIs("disk-full"));
    assert.deepEqual(await Array.fromAsync(full.list("")), held);
    for (const { name } of held) await full.remove(name);
    assert.equal(await full.put("large", large), "stored");
  });

  test("takes requests of a machine whose clock is an hour off", async () => {
    mock.timers.enable({ apis: ["Date"], now: Date.now() + 3600_000 });
    try {
      const late = await s3Store(server.store("faults"), { patience: quick });
      assert.equal(await late.put("late", Buffer.from("x")), "stored");
      await late[Symbol.asyncDispose]();
    } finally {
      mock.timers.reset();
    }
  });

  test("is found through AWS_ENDPOINT_URL_S3 too, and tells of itself without its server's address", async () => {
    await withEnvironment({ AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${server.port}` }, async () => {
      await using found = await s3Store("s3://colophon/faults/");
      assert.equal(found.place, "s3://colophon/faults");
      assert.equal((await found.get("small"))?.toString(), "small");
      assert.equal(found.localPath("small"), null);
    });
  });

  test("of more objects than one page of a list holds lists them all, in order", async () => {
    const folder = join(server.folder, "colophon", "faults", "many");
    mkdirSync(folder);
    const names = Array.from({ length: 2500 }, (_, index) => `many/${index}`).sort();
    for (const name of names) writeFileSync(join(folder, "..", name), "");
    assert.deepEqual(
      (await Array.fromAsync(direct.list("many/"))).map(({ name }) => name),
      names,
    );
  });
});
