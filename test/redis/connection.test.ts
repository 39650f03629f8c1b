import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { bullmqQueue } from "../../src/queue/bullmq/queue.ts";
import { jobOf } from "../../src/queue/job.ts";
import { connectRedis, type RedisConnection } from "../../src/redis/connection.ts";
import { loopbackCertificate, loopbackKey } from "../fixtures/loopback-certificate.ts";
import { startRedis, type RedisServer } from "../fixtures/redis-server.ts";

/** Submits a job through a queue over this connection, and waits until its completion is known. */
async function assertServes(connection: RedisConnection): Promise<void> {
  await using queue = bullmqQueue(connection, { pollMs: 300, onError: (error) => assert.fail(error) });
  const signal = AbortSignal.timeout(10_000);
  const jobs = [1, 2, 3].map((n) => Object.assign(jobOf("slice", { n }), { priority: n }));
  queue.consume("slice", async ({ payload }) => payload, { concurrency: 2 });
  await queue.submit(jobs, signal);
  for (const job of jobs) assert.deepEqual(await queue.ended(job, signal), { state: "done", result: job.payload });
  assert.equal((await queue.workers()).length, 1);
}

const aclLine = "user worker on >s%cr/t:@ ~{colophon}:* +@all -@admin -@dangerous +info";
const secret = encodeURIComponent("s%cr/t:@");

async function secureRedis(): Promise<RedisServer & { readonly secure: string; readonly caFile: string }> {
  const server = await startRedis({
    args: (folder) => {
      const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
      writeFileSync(cert, loopbackCertificate);
      writeFileSync(key, loopbackKey);
      writeFileSync(join(folder, "users.acl"), `user default off\n${aclLine}\n`);
      const tls = [
        "--tls-cert-file",
        cert,
        "--tls-key-file",
        key,
        "--tls-ca-cert-file",
        cert,
        "--tls-auth-clients",
        "no",
      ];
      return [...tls, "--aclfile", join(folder, "users.acl"), "--tls-port", "{port}", "--port", "0"];
    },
  });
  return { ...server, secure: server.url.replace("redis://", "rediss://"), caFile: join(server.folder, "cert.pem") };
}

suite("a connection to Redis", { concurrency: 3 }, () => {
  test("goes over TLS as a user with a password and no more rights than its keys", async () => {
    await using server = await secureRedis();
    const url = server.secure.replace("//", `//worker:${secret}@`);
    await using connection = await connectRedis(url, { caFile: server.caFile });
    await assertServes(connection);
    await assert.rejects(connection.client.set("elsewhere", "1"), /NOPERM/u);
    assert.equal(connection.place, server.secure);
  });

  test("is refused without the right password or authority, and the message holds no secret", async () => {
    await using server = await secureRedis();
    const wrong = server.secure.replace("//", `//worker:hush${secret}@`);
    await assert.rejects(connectRedis(wrong, { caFile: server.caFile }), (error: Error & { code?: string }) => {
      assert.equal(error.code, "queue-refused");
      assert.match(error.message, /WRONGPASS/u);
      assert.doesNotMatch(`${error.message}${error.stack}${JSON.stringify(error)}`, /hush/u);
      return true;
    });
    await assert.rejects(connectRedis(server.secure, { caFile: server.caFile }), { code: "queue-refused" });
    await assert.rejects(connectRedis(server.secure.replace("//", `//worker:${secret}@`)), { code: "queue-refused" });
    await assert.rejects(connectRedis(server.secure, { caFile: join(server.folder, "none.pem") }), {
      code: "not-found",
    });
  });

  test("is refused by a server that evicts, and says which line of redis.conf to change", async () => {
    await using server = await startRedis({ args: () => ["--maxmemory-policy", "allkeys-lru"] });
    await assert.rejects(connectRedis(server.url), (error: Error & { code?: string }) => {
      assert.equal(error.code, "queue-refused");
      assert.match(error.message, /maxmemory-policy allkeys-lru.*"maxmemory-policy noeviction".*redis\.conf/u);
      return true;
    });
  });

  test("to a port without a server fails in time, and says where and what to do", async () => {
    await using server = await startRedis();
    await server.kill();
    await assert.rejects(connectRedis(server.url, { connectTimeoutMs: 300 }), (error: Error & { code?: string }) => {
      assert.equal(error.code, "queue-unreachable");
      assert.match(error.message, new RegExp(`${server.port} cannot be reached .*ECONNREFUSED.*--redis`, "u"));
      return true;
    });
  });

  test("keeps to the database and the prefix of its address", async () => {
    await using server = await startRedis();
    await using first = await connectRedis(`${server.url}/3?prefix=mine`);
    await assertServes(first);
    await first.scripts.run('return redis.call("SET", KEYS[1], ARGV[1])', ["note"], ["kept"]);
    await using other = await connectRedis(`${server.url}/3?prefix=theirs`);
    assert.equal(await other.scripts.run('return redis.call("GET", KEYS[1])', ["note"], []), null);
    const keys = await first.client.keys("*");
    assert.ok(keys.includes("{mine}:note"));
    assert.deepEqual(
      keys.filter((key) => !key.startsWith("{mine}:")),
      [],
    );
    await using elsewhere = await connectRedis(server.url);
    assert.equal(await elsewhere.client.dbsize(), 0);
  });

  test("runs a script on a server that has forgotten it, and tells the server's time", async () => {
    await using server = await startRedis();
    await using connection = await connectRedis(server.url);
    const script = "return {KEYS[1], ARGV[1], ARGV[2]}";
    for (let time = 0; time < 2; time += 1) {
      assert.deepEqual(await connection.scripts.run(script, ["key"], ["text", 7]), ["{colophon}:key", "text", "7"]);
      await connection.client.script("FLUSH");
    }
    await assert.rejects(connection.scripts.run("return nonsense(", [], []), /user_script|compiling/u);
    assert.ok(Math.abs((await connection.scripts.serverTimeMs()) - Date.now()) < 5000);
  });

  test("finds the master that sentinels know", async () => {
    await using master = await startRedis();
    await using sentinel = await startRedis({
      args: (folder) => {
        writeFileSync(join(folder, "sentinel.conf"), `sentinel monitor truth 127.0.0.1 ${master.port} 1\n`);
        return ["--sentinel"];
      },
      config: "sentinel.conf",
    });
    const url = `redis-sentinel://127.0.0.1:1,127.0.0.1:${sentinel.port}/truth?prefix=watched`;
    await using connection = await connectRedis(url);
    await assertServes(connection);
    assert.equal(connection.place, `redis-sentinel://127.0.0.1:1,127.0.0.1:${sentinel.port}/truth`);
    await using direct = await connectRedis(master.url);
    assert.ok((await direct.client.keys("{watched}:*")).length > 0);
  });

  test("keeps all keys on one node of a cluster, where scripts find them together", async () => {
    await using server = await startRedis({
      args: () => ["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"],
    });
    await using plain = await connectRedis(server.url);
    await plain.client.cluster("ADDSLOTSRANGE", 0, 16_383);
    await using connection = await connectRedis(`redis-cluster://127.0.0.1:1,127.0.0.1:${server.port}`);
    await assertServes(connection);
  });
});
