import assert from "node:assert/strict";
import { test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import { connectedTo, connectToRuleOf } from "../../src/fetch/connector.ts";
import { agentHeaders as headers, rawServer, testExchanger } from "./raw-server.ts";

const cases: readonly (readonly [rule: string, host: string, port: number, to: string, toPort: number])[] = [
  ["::127.0.0.1:8100", "a.test", 80, "127.0.0.1", 8100],
  ["::127.0.0.1:8100", "a.test", 443, "127.0.0.1", 8100],
  ["::127.0.0.1:", "a.test", 80, "127.0.0.1", 80],
  [":::8100", "a.test", 80, "a.test", 8100],
  [":::", "a.test", 80, "a.test", 80],
  ["a.test:80:b.test:81", "a.test", 80, "b.test", 81],
  ["a.test:80:b.test:81", "a.test", 443, "a.test", 443],
  ["a.test:80:b.test:81", "c.test", 80, "c.test", 80],
  ["A.Test::B.Test:", "a.test", 80, "b.test", 80],
  [":80:b.test:", "a.test", 80, "b.test", 80],
  ["[::1]:80:[2001:db8::1]:81", "[::1]", 80, "2001:db8::1", 81],
  ["[::1]:80:[2001:db8::1]:81", "::1", 80, "2001:db8::1", 81],
];
for (const [rule, host, port, to, toPort] of cases) {
  test(`${rule} sends ${host} port ${port} to ${to} port ${toPort}`, () => {
    assert.deepEqual(connectedTo([connectToRuleOf(rule)], host, port), { hostname: to, port: toPort });
  });
}

test("the first rule that fits decides", () => {
  const rules = ["a.test::x.test:1", "::y.test:2"].map(connectToRuleOf);
  assert.deepEqual(connectedTo(rules, "a.test", 80), { hostname: "x.test", port: 1 });
  assert.deepEqual(connectedTo(rules, "b.test", 80), { hostname: "y.test", port: 2 });
});

test("what is no rule is named with the form it should have", () => {
  for (const text of ["", "a", "a:1", "a:1:b", "a:1:b:2:c", "a:x:b:2", "a:1:b:0", "a:1:b:65536", "::1:80:b:1"]) {
    assert.throws(
      () => connectToRuleOf(text),
      (error) => error instanceof PipelineError && error.code === "usage",
      text,
    );
  }
  assert.throws(() => connectToRuleOf("a:1:b"), /HOST1:PORT1:HOST2:PORT2/);
  assert.throws(() => connectToRuleOf("a:1:b:99999"), /"99999" is no port/);
});

test("many host names are served from one port, and each is asked for by its own name", async () => {
  await using server = await rawServer((socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
  await using ours = testExchanger(server, { connectTo: [connectToRuleOf(`::127.0.0.1:${server.port}`)] });
  for (const host of ["a.test", "b.test"]) {
    const result = await ours.exchange({ url: `http://${host}/`, headers });
    assert.partialDeepStrictEqual(result, { ok: true, ip: "127.0.0.1" });
  }
  assert.deepEqual(server.seen.text.match(/host: .*/gi), ["host: a.test", "host: b.test"]);
});
