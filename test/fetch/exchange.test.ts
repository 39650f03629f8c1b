import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { connectToRuleOf } from "../../src/fetch/connector.ts";
import type { Exchanged, ExchangeResult } from "../../src/fetch/result.ts";
import { agentHeaders as headers, rawServer, shortLimits, testExchanger } from "./raw-server.ts";
import { testCertificate, testKey } from "./test-certificate.ts";

function exchanged(result: ExchangeResult): Exchanged {
  assert.ok(result.ok, JSON.stringify(result));
  return result;
}

const page = "HTTP/1.1 200 Fine\r\nServer:  odd \r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 5\r\n\r\nhello";

test("a response is given byte for byte, with the exact bytes that asked for it", async () => {
  await using server = await rawServer((socket) => socket.write(page));
  await using ours = testExchanger(server);
  const result = exchanged(await ours.exchange({ url: `${server.origin}/a?b=c#d`, headers }));
  assert.equal(Buffer.concat([result.responseHead, result.body]).toString(), page);
  assert.equal(result.statusLine, "HTTP/1.1 200 Fine");
  assert.deepEqual(
    result.headers.map(([name]) => name),
    ["Server", "X-A", "x-a", "Content-Length"],
  );
  assert.equal(result.requestHead.toString(), server.seen.text);
  assert.match(server.seen.text, /^GET \/a\?b=c HTTP\/1\.1\r\n/);
  assert.match(server.seen.text, /\r\nUser-Agent: colophon-test\r\n/);
  assert.match(server.seen.text, /\r\naccept-encoding: gzip, br, zstd\r\n/);
  assert.partialDeepStrictEqual(result, {
    status: 200,
    ip: "127.0.0.1",
    protocol: "HTTP/1.1",
    tls: null,
    truncated: null,
    fault: null,
    excessBytes: 0,
    interimResponses: 0,
  });
});

for (const [title, wire] of [
  ["a sign before a size", "4\r\nWiki\r\n-5\r\npedia\r\n0\r\n\r\n"],
  ["a bare line feed", "4\r\nWiki\r\n5\npedia\r\n0\r\n\r\n"],
] as const) {
  test(`a chunked body with ${title} is refused there: all that came is kept, and the chunks before it are the payload`, async () => {
    await using server = await rawServer((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${wire}`),
    );
    await using ours = testExchanger(server);
    const result = exchanged(await ours.exchange({ url: server.origin, headers }));
    assert.equal(result.body.toString(), wire);
    assert.equal(result.payload.toString(), "Wiki");
    assert.notEqual(result.truncated, null);
  });
}

test("a chunked body is given with its chunks, and without them as payload", async () => {
  const wire = "5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nTrailer: 1\r\n\r\n";
  await using server = await rawServer((socket) =>
    socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${wire}`),
  );
  await using ours = testExchanger(server);
  const result = exchanged(await ours.exchange({ url: server.origin, headers }));
  assert.deepEqual([result.body.toString(), result.payload.toString()], [wire, "hello world"]);
});

test("however the bytes of a response are cut up, the same is given", async () => {
  const whole =
    "HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  await using server = await rawServer((socket, request) => {
    socket.setNoDelay(true);
    void (async () => {
      const step = [whole.length, 40, 13, 1][request] ?? 1;
      for (let at = 0; at < whole.length; at += step) {
        socket.write(whole.slice(at, at + step));
        await new Promise(setImmediate);
      }
    })();
  });
  await using ours = testExchanger(server);
  for (let request = 0; request < 4; request += 1) {
    const result = exchanged(await ours.exchange({ url: server.origin, headers }));
    assert.equal(result.responseHead.toString(), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert.deepEqual([result.body.toString(), result.payload.toString()], ["3\r\nabc\r\n0\r\n\r\n", "abc"]);
    assert.equal(result.interimResponses, 1);
  }
  assert.equal(server.seen.connections, 1);
});

test("exchanges with one host share one connection, even when they are asked for at once", async () => {
  await using server = await rawServer((socket) => socket.write(page));
  await using ours = testExchanger(server);
  const results = await Promise.all(Array.from({ length: 10 }, () => ours.exchange({ url: server.origin, headers })));
  assert.ok(results.every(({ ok }) => ok));
  assert.equal(server.seen.connections, 1);
});

test("a kept connection that the server has closed is made anew without a failure", async () => {
  await using server = await rawServer((socket, request) => {
    if (request === 0) socket.write(page);
    else socket.destroy();
  });
  await using ours = testExchanger(server);
  exchanged(await ours.exchange({ url: server.origin, headers }));
  exchanged(await ours.exchange({ url: server.origin, headers }));
  assert.equal(server.seen.connections, 2);
});

test("idle connections beyond the bound are closed, the one used longest ago first", async () => {
  await using server = await rawServer((socket) => socket.write(page));
  await using ours = testExchanger(server, {
    maxIdleHosts: 2,
    connectTo: [connectToRuleOf(`::127.0.0.1:${server.port}`)],
  });
  for (const host of ["a", "b", "c", "b", "c", "a"])
    exchanged(await ours.exchange({ url: `http://${host}.test/`, headers }));
  assert.equal(server.seen.connections, 4);
});

test("a body without a length ends with its connection", async () => {
  await using server = await rawServer((socket) => socket.end("HTTP/1.0 200 OK\r\n\r\nto the end"));
  await using ours = testExchanger(server);
  const result = exchanged(await ours.exchange({ url: server.origin, headers }));
  assert.deepEqual([result.body.toString(), result.truncated, result.protocol], ["to the end", null, "HTTP/1.0"]);
});

test("a redirect is given as it is and not followed", async () => {
  await using server = await rawServer((socket) =>
    socket.write("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n"),
  );
  await using ours = testExchanger(server);
  const result = exchanged(await ours.exchange({ url: server.origin, headers }));
  assert.equal(result.status, 302);
  assert.equal(server.seen.text.match(/GET /g)?.length, 1);
});

test("the caller can end an exchange, before it begins and in the middle", async () => {
  await using server = await rawServer(() => undefined);
  await using ours = testExchanger(server);
  const early = await ours.exchange({ url: server.origin, headers, signal: AbortSignal.abort() });
  assert.partialDeepStrictEqual(early, { ok: false, reason: "aborted", retry: true });
  assert.equal(server.seen.bytes, 0);
  const stop = new AbortController();
  const running = ours.exchange({ url: server.origin, headers, signal: stop.signal });
  await sleep(30);
  stop.abort();
  assert.partialDeepStrictEqual(await running, { ok: false, reason: "aborted" });
});

test("an exchange after one that failed is as good as any", async () => {
  let requests = 0;
  await using server = await rawServer((socket) => {
    requests += 1;
    if (requests === 1) socket.write("nonsense\r\n\r\n");
    else socket.write(page);
  });
  await using ours = testExchanger(server);
  assert.equal((await ours.exchange({ url: server.origin, headers })).ok, false);
  exchanged(await ours.exchange({ url: server.origin, headers }));
});

test("a certificate that nobody vouches for is recorded as a TLS failure, a trusted one with its facts", async () => {
  await using server = await rawServer((socket) => socket.write(page), { key: testKey, cert: testCertificate });
  const url = `https://secure.test:${server.port}/`;
  const connectTo = [connectToRuleOf(`secure.test::127.0.0.1:`), connectToRuleOf("wrong.test::127.0.0.1:")];
  await using strict = testExchanger(server, { connectTo });
  const refused = await strict.exchange({ url, headers });
  assert.partialDeepStrictEqual(refused, { ok: false, reason: "tls", retry: false });
  assert.equal(server.seen.bytes, 0);
  await using trusting = testExchanger(server, { connectTo, certificateAuthority: testCertificate });
  const { tls } = exchanged(await trusting.exchange({ url, headers }));
  assert.partialDeepStrictEqual(tls, { version: "TLSv1.3", authorized: true, error: null });
  const wrongName = await trusting.exchange({ url: `https://wrong.test:${server.port}/`, headers });
  assert.partialDeepStrictEqual(wrongName, { ok: false, reason: "tls" });
});

test("a request that cannot be written is an outcome, not an exception", async () => {
  await using server = await rawServer((socket) => socket.write(page));
  await using ours = testExchanger(server);
  const result = await ours.exchange({ url: server.origin, headers: [["bad name", "x\r\ny: z"]] });
  assert.partialDeepStrictEqual(result, { ok: false, reason: "request", retry: false });
  assert.equal(server.seen.bytes, 0);
});

test("a wait for the connection counts against the deadline, and a new exchange is not kept waiting by it", async () => {
  await using server = await rawServer((socket) => socket.write(page));
  let lookups = 0;
  await using ours = testExchanger(server, {
    lookup(_, done) {
      lookups += 1;
      if (lookups > 1) done(null, [{ address: "127.0.0.1", family: 4 }]);
    },
    limits: { ...shortLimits, headMs: 200, connectMs: 100_000 },
  });
  const url = `http://slow.test:${server.port}/`;
  assert.partialDeepStrictEqual(await ours.exchange({ url, headers }), { ok: false, reason: "timeout", retry: true });
  exchanged(await ours.exchange({ url, headers }));
});
