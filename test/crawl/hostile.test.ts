import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { suite, test } from "node:test";
import { brotliCompressSync, gzipSync, zstdCompressSync } from "node:zlib";

import type { Exchanged, ExchangeResult } from "../../src/fetch/result.ts";
import { bodyLimits, decodedBody } from "../../src/warc/http.ts";
import { agentHeaders as headers, rawServer, shortLimits, testExchanger } from "../fetch/raw-server.ts";

/** What a server does with its connection ends in this, within the deadline. */
async function outcomeOf(serve: (socket: Socket) => void, path = "/"): Promise<ExchangeResult> {
  await using server = await rawServer(serve);
  await using ours = testExchanger(server);
  const result = await ours.exchange({ url: server.origin + path, headers });
  // Slack for busy machines; without a deadline these servers would go on for ever.
  assert.ok(result.timings.totalMs < shortLimits.totalMs + 4000, `took ${result.timings.totalMs} ms`);
  return result;
}

async function responseOf(serve: (socket: Socket) => void): Promise<Exchanged> {
  const result = await outcomeOf(serve);
  assert.ok(result.ok, JSON.stringify(result));
  return result;
}

/** Writes the same bytes over and over, as fast as they are taken or once every `everyMs`. */
function endlessly(socket: Socket, bytes: string, everyMs = 0): void {
  const again = (): void => {
    if (!socket.destroyed)
      socket.write(bytes, () => (everyMs === 0 ? setImmediate(again) : setTimeout(again, everyMs)));
  };
  again();
}

const ok = "HTTP/1.1 200 OK\r\n";

suite("what never ends", () => {
  test("an endless chunked body is cut off at the wire limit, to the byte", async () => {
    const result = await responseOf((socket) => {
      socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n`);
      endlessly(socket, `4000\r\n${"x".repeat(0x4000)}\r\n`);
    });
    assert.equal(result.truncated, "length");
    assert.equal(result.responseHead.length + result.body.length, shortLimits.maxWireBytes);
    assert.ok(result.payload.length > 0.9 * shortLimits.maxWireBytes && result.payload.length < result.body.length);
  });

  test("an endless body without a length is cut off at the wire limit", async () => {
    const result = await responseOf((socket) => {
      socket.write(`${ok}\r\n`);
      endlessly(socket, "y".repeat(50_000));
    });
    assert.equal(result.truncated, "length");
    assert.equal(result.responseHead.length + result.body.length, shortLimits.maxWireBytes);
  });

  test("a body that says it is a terabyte long is cut off at the wire limit", async () => {
    const result = await responseOf((socket) => {
      socket.write(`${ok}Content-Length: 1099511627776\r\n\r\n`);
      endlessly(socket, "z".repeat(50_000));
    });
    assert.equal(result.truncated, "length");
  });

  test("a dripping body is cut off, and what came is given", async () => {
    const result = await responseOf((socket) => {
      socket.write(`${ok}Content-Length: 1000000\r\n\r\n`);
      endlessly(socket, "d", 20);
    });
    assert.equal(result.truncated, "time");
    assert.match(result.body.toString(), /^d+$/);
  });

  test("a body that stops in the middle is cut off by time", async () => {
    const result = await responseOf((socket) => socket.write(`${ok}Content-Length: 10\r\n\r\nhalf`));
    assert.deepEqual([result.truncated, result.body.toString()], ["time", "half"]);
  });

  test("a million one-byte chunks take no more memory than the wire limit", async () => {
    const result = await responseOf((socket) => {
      socket.write(`${ok}Transfer-Encoding: chunked\r\n\r\n`);
      endlessly(socket, "1\r\na\r\n".repeat(1000));
    });
    assert.equal(result.truncated, "length");
    assert.ok(result.body.buffer.byteLength <= 4 * shortLimits.maxWireBytes);
  });

  test("a dripping head ends in a timeout", async () => {
    const result = await outcomeOf((socket) => {
      socket.write(ok);
      endlessly(socket, "a: b\r\n", 20);
    });
    assert.partialDeepStrictEqual(result, { ok: false, reason: "timeout", retry: true });
  });

  test("a drip ends by the limits of head and rate, long before the whole deadline", async () => {
    const limits = { ...shortLimits, totalMs: 15_000, headMs: 200, slowGraceMs: 200, minBytesPerSecond: 100_000 };
    for (const start of [`${ok}\r\n`, ok]) {
      await using dripping = await rawServer((socket) => {
        socket.write(start);
        endlessly(socket, "a: b\r\n", 50);
      });
      await using ours = testExchanger(dripping, { limits });
      const result = await ours.exchange({ url: dripping.origin, headers });
      assert.equal(result.ok ? result.truncated : result.reason, start === ok ? "timeout" : "time");
      assert.ok(result.timings.totalMs < 10_000);
    }
  });

  test("silence ends in a timeout", async () => {
    assert.partialDeepStrictEqual(await outcomeOf(() => undefined), { ok: false, reason: "timeout", retry: true });
  });

  test("interim responses without end, slow ones, end in a timeout", async () => {
    const result = await outcomeOf((socket) => endlessly(socket, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 20));
    assert.partialDeepStrictEqual(result, { ok: false, reason: "timeout" });
  });

  test("interim responses without end, fast ones, end at the wire limit", async () => {
    const flood = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(100);
    const result = await outcomeOf((socket) => endlessly(socket, flood));
    assert.partialDeepStrictEqual(result, { ok: false, reason: "wire-limit", retry: false });
  });
});

suite("heads that are too much", () => {
  test("one header of a megabyte is refused", async () => {
    const result = await outcomeOf((socket) => socket.write(`${ok}A: ${"b".repeat(1 << 20)}\r\n\r\n`));
    assert.partialDeepStrictEqual(result, { ok: false, reason: "header-limit", retry: false });
  });

  test("three thousand tiny headers are refused, two hundred are not", async () => {
    const withFields = (count: number) => (socket: Socket) =>
      socket.write(`${ok}${"a:b\r\n".repeat(count)}Content-Length: 0\r\n\r\n`);
    assert.partialDeepStrictEqual(await outcomeOf(withFields(3000)), {
      ok: false,
      reason: "header-limit",
      retry: false,
    });
    assert.partialDeepStrictEqual(await outcomeOf(withFields(200)), { ok: false, reason: "header-limit" });
    assert.equal((await responseOf(withFields(199))).headers.length, 200);
  });

  test("header values and reasons that are no UTF-8 come through octet for octet", async () => {
    const raw = Buffer.from("HTTP/1.1 200 caf\xe9\r\nX-A: \xff\xfe\xe9\r\nContent-Length: 0\r\n\r\n", "latin1");
    const result = await responseOf((socket) => socket.write(raw));
    assert.deepEqual(result.responseHead, raw);
    assert.equal(result.headers[0]?.[1], "\xff\xfe\xe9");
  });
});

const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;
const framings: readonly (readonly [title: string, bytes: string])[] = [
  ["a negative length", `${ok}Content-Length: -5\r\n\r\nhello`],
  ["a length that is a word", `${ok}Content-Length: five\r\n\r\nhello`],
  ["a length over 64 bits", `${ok}Content-Length: 99999999999999999999\r\n\r\nhello`],
  ["two lengths in one field", `${ok}Content-Length: 5, 6\r\n\r\nhello`],
  ["two lengths that differ", `${ok}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`],
  ["a length beside chunks", `${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`],
  ["bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello"],
  ["a NUL in a header", `${ok}A: b\0c\r\nContent-Length: 5\r\n\r\nhello`],
  ["a bare carriage return in a header", `${ok}A: b\rc\r\nContent-Length: 5\r\n\r\nhello`],
  ["no head at all", "<html>hello</html>\r\n\r\n"],
  ["a version that is not", "HTTP/9.9 200 OK\r\n\r\nhello"],
  ["a status of two digits", "HTTP/1.1 20\r\n\r\nhello"],
  ["a header without a colon", `${ok}what\r\n\r\nhello`],
  ["a blank before the colon", `${ok}Content-Length : 5\r\n\r\nhello`],
  ["a 101 that nobody asked for", "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"],
  ["a TLS record in plain HTTP", "\x16\x03\x01\x00\x05hello\r\n\r\n"],
];
suite("framing", () => {
  for (const [title, bytes] of framings) {
    test(`${title} is refused as bad framing and not tried again`, async () => {
      const result = await outcomeOf((socket) => socket.write(Buffer.from(bytes, "latin1")));
      assert.partialDeepStrictEqual(result, { ok: false, reason: "framing", retry: false });
    });
  }

  for (const [title, bytes, payload] of [
    ["a chunk size that is no number", "zz\r\nhello\r\n0\r\n\r\n", ""],
    ["a chunk size over 64 bits", "FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n", ""],
    ["a chunk longer than its size", "5\r\nhelloXX0\r\n\r\n", "hello"],
    ["nonsense after a good chunk", "5\r\nhello\r\n-1\r\n", "hello"],
  ] as const) {
    test(`${title} truncates the response and is named`, async () => {
      const result = await responseOf((socket) => socket.write(chunked + bytes));
      assert.deepEqual([result.truncated, result.fault], ["disconnect", "framing"]);
      assert.deepEqual([result.body.toString(), result.payload.toString()], [bytes, payload]);
    });
  }

  for (const [title, bytes, body] of [
    ["a length", `${ok}Content-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\n\r\n`, "hello"],
    ["chunks", `${chunked}5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n`, "5\r\nhello\r\n0\r\n\r\n"],
    ["a 204", "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", ""],
  ] as const) {
    test(`bytes after ${title} are counted and not given`, async () => {
      const result = await responseOf((socket) => socket.write(bytes));
      assert.deepEqual([result.body.toString(), result.excessBytes, result.truncated], [body, 19, null]);
    });
  }
});

suite("hosts that vanish", () => {
  for (const [title, bytes, payload] of [
    ["shorter than its length", `${ok}Content-Length: 10\r\n\r\nhalf`, "half"],
    [
      "shorter than its length, on a connection to be closed",
      `${ok}Connection: close\r\nContent-Length: 10\r\n\r\nhalf`,
      "half",
    ],
    ["in the middle of a chunk", `${chunked}a\r\nhalf`, "half"],
    ["between chunks", `${chunked}4\r\nhalf\r\n`, "half"],
    ["before any of it came", `${ok}Content-Length: 10\r\n\r\n`, ""],
  ] as const) {
    test(`a body cut off ${title} is given as truncated by a disconnect`, async () => {
      const ended = await responseOf((socket) => socket.end(bytes));
      assert.deepEqual([ended.truncated, ended.fault, ended.payload.toString()], ["disconnect", "disconnect", payload]);
      const reset = await responseOf((socket) =>
        socket.write(bytes, () => setTimeout(() => socket.resetAndDestroy(), 30)),
      );
      assert.deepEqual([reset.truncated, reset.fault, reset.payload.toString()], ["disconnect", "disconnect", payload]);
    });
  }

  test("a connection that ends or is reset before the head is a disconnect that may be tried again", async () => {
    const ways: ((socket: Socket) => void)[] = [
      (socket) => socket.end(),
      (socket) => socket.resetAndDestroy(),
      (socket) => socket.end("HTTP/1.1 200 OK\r\nA: b"),
    ];
    for (const way of ways)
      assert.partialDeepStrictEqual(await outcomeOf(way), { ok: false, reason: "disconnect", retry: true });
  });

  test("a port that nobody listens at is a failure to connect that may be tried again", async () => {
    const server = await rawServer(() => undefined);
    await server[Symbol.asyncDispose]();
    await using ours = testExchanger(server);
    const result = await ours.exchange({ url: server.origin, headers });
    assert.partialDeepStrictEqual(result, { ok: false, reason: "connect", retry: true });
  });

  test("a handshake that is never answered is a failure to connect within the deadline", async () => {
    await using server = await rawServer(() => undefined);
    await using ours = testExchanger(server);
    const result = await ours.exchange({ url: `https://127.0.0.1:${server.port}/`, headers });
    assert.equal(result.ok, false);
    assert.ok(
      !result.ok && (result.reason === "connect" || result.reason === "timeout") && result.retry,
      JSON.stringify(result),
    );
  });

  test("a name that has no address is told from one that cannot be looked up", async () => {
    await using server = await rawServer(() => undefined);
    const failing = (code: string) =>
      testExchanger(server, {
        lookup: (name, done) =>
          done(Object.assign(new Error(`getaddrinfo ${code} ${name}`), { code, syscall: "getaddrinfo" }), []),
      });
    const url = `http://gone.test:${server.port}/`;
    await using gone = failing("ENOTFOUND");
    assert.partialDeepStrictEqual(await gone.exchange({ url, headers }), {
      ok: false,
      reason: "dns-name",
      retry: false,
    });
    await using busy = failing("EAI_AGAIN");
    assert.partialDeepStrictEqual(await busy.exchange({ url, headers }), { ok: false, reason: "dns", retry: true });
  });
});

suite("addresses that are too much", () => {
  test("a URL of ten megabytes is refused without a connection", async () => {
    await using server = await rawServer(() => undefined);
    await using ours = testExchanger(server);
    const result = await ours.exchange({ url: `${server.origin}/${"a".repeat(10 << 20)}`, headers });
    assert.partialDeepStrictEqual(result, { ok: false, reason: "url", retry: false });
    assert.equal(server.seen.connections, 0);
  });
});

suite("bombs", () => {
  const zeros = Buffer.alloc(64 << 20);
  const bombs = {
    gzip: gzipSync(zeros),
    br: brotliCompressSync(zeros),
    zstd: zstdCompressSync(zeros),
    "gzip, gzip": gzipSync(gzipSync(zeros)),
  };
  for (const [coding, bomb] of Object.entries(bombs)) {
    test(`a ${coding} bomb arrives packed and unpacks to no more than the limit`, async () => {
      const result = await responseOf((socket) => {
        socket.write(`${ok}Content-Encoding: ${coding}\r\nContent-Length: ${bomb.length}\r\n\r\n`);
        socket.write(bomb);
      });
      assert.deepEqual(result.body, bomb);
      const { bytes, complete, notes } = decodedBody(result.headers, result.payload);
      assert.ok(bytes.length <= bodyLimits.maxDecodedBytes, `${bytes.length} bytes`);
      assert.equal(complete, false);
      assert.ok(notes.includes("decoded-limit"), notes.join());
    });
  }
});
