import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { suite, test } from "node:test";

import { streamer, type StreamAnswer, type Streamer, type StreamerOptions } from "../../src/fetch/stream.ts";
import { agentHeaders as headers, rawServer } from "./raw-server.ts";

function streamerFor({ port }: { readonly port: number }, more: Partial<StreamerOptions> = {}): Streamer {
  return streamer({
    ports: [port],
    allowPrivate: true,
    connectTo: [],
    connectMs: 2000,
    lookup: null,
    certificateAuthority: null,
    connections: 2,
    idleMs: 500,
    ...more,
  });
}

const { signal } = new AbortController();

async function bytesOf(answer: StreamAnswer): Promise<string> {
  assert.ok(answer.ok);
  const chunks: Buffer[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const body = "x".repeat(300_000);
const whole = `HTTP/1.1 206 Partial Content\r\nContent-Length: ${body.length}\r\nETag: "a"\r\n\r\n${body}`;

suite("a stream over HTTP", () => {
  test("gives status, fields and every byte, and sends the fields that were given", async () => {
    await using server = await rawServer((socket) => void socket.write(whole));
    await using streams = streamerFor(server);
    const answer = await streams.get({
      url: `${server.origin}/file?q`,
      headers: [...headers, ["range", "bytes=5-"]],
      signal,
    });
    assert.ok(answer.ok);
    assert.deepEqual([answer.status, answer.headers.get("etag")], [206, '"a"']);
    assert.equal(await bytesOf(answer), body);
    assert.match(server.seen.text, /^GET \/file\?q HTTP\/1\.1\r\n/);
    assert.match(server.seen.text, /\r\nrange: bytes=5-\r\n/);
    assert.match(server.seen.text, /\r\naccept-encoding: identity\r\n/);
  });

  const breaks: readonly (readonly [string, (socket: Socket) => void])[] = [
    ["the connection ends early", (socket) => void socket.end(whole.slice(0, 100_000))],
    ["nothing more comes", (socket) => void socket.write(whole.slice(0, 100_000))],
    [
      "the chunks are none",
      (socket) => void socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ],
  ];
  for (const [name, answer] of breaks) {
    test(`throws source-unreachable in the body when ${name}`, async () => {
      await using server = await rawServer(answer);
      await using streams = streamerFor(server);
      const begun = await streams.get({ url: `${server.origin}/`, headers, signal });
      await assert.rejects(bytesOf(begun), { code: "source-unreachable" });
    });
  }

  test("is a value, not an error, when there is no answer at all, and says whether to try again", async () => {
    await using silent = await rawServer(() => undefined);
    await using rude = await rawServer((socket) => socket.destroy());
    await using wrong = await rawServer((socket) => void socket.end("SSH-2.0-OpenSSH\r\n\r\n"));
    for (const [server, reason, retry] of [
      [silent, "timeout", true],
      [rude, "disconnect", true],
      [wrong, "framing", false],
    ] as const) {
      await using streams = streamerFor(server);
      const answer = await streams.get({ url: `${server.origin}/`, headers, signal });
      assert.deepEqual([answer.ok, answer.ok ? null : [answer.reason, answer.retry]], [false, [reason, retry]]);
    }
    await using streams = streamerFor({ port: 1 });
    const closed = await streams.get({ url: "http://127.0.0.1:1/", headers, signal });
    assert.deepEqual([closed.ok, closed.ok ? null : closed.reason], [false, "connect"]);
  });

  test("asks no address of this machine, nor another port, unless told to", async () => {
    await using server = await rawServer((socket) => void socket.write(whole));
    const lookup: StreamerOptions["lookup"] = (_, done) => done(null, [{ address: "127.0.0.1", family: 4 }]);
    for (const [more, url, reason] of [
      [{ allowPrivate: false }, `${server.origin}/`, "ssrf-address"],
      [{ allowPrivate: false, lookup }, `http://mirror.test:${server.port}/`, "ssrf-address"],
      [{ ports: [] }, `${server.origin}/`, "port"],
      [{}, "file:///etc/passwd", "scheme"],
    ] as const) {
      await using streams = streamerFor(server, more);
      const answer = await streams.get({ url, headers, signal });
      assert.deepEqual([answer.ok, answer.ok ? null : answer.reason], [false, reason], url);
    }
    assert.equal(server.seen.bytes, 0);
  });

  test("ends as interrupted wherever it is stopped, and frees its connection when it is left early", async () => {
    await using server = await rawServer((socket) => void socket.write(whole.slice(0, 100_000)));
    await using streams = streamerFor(server, { connections: 1, idleMs: 10_000 });
    const stop = new AbortController();
    const answer = await streams.get({ url: `${server.origin}/`, headers, signal: stop.signal });
    setImmediate(() => stop.abort());
    await assert.rejects(bytesOf(answer), { code: "interrupted" });
    await assert.rejects(streams.get({ url: `${server.origin}/`, headers, signal: stop.signal }), {
      code: "interrupted",
    });
    for (let time = 0; time < 3; time++) {
      const left = await streams.get({ url: `${server.origin}/`, headers, signal });
      assert.ok(left.ok);
      for await (const _ of left.body) break;
    }
  });
});
