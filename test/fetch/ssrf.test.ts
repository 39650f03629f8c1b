import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { redirectTargetOf } from "../../src/fetch/address-rules.ts";
import { connectToRuleOf, type Lookup } from "../../src/fetch/connector.ts";
import { agentHeaders as headers, rawServer, testExchanger } from "./raw-server.ts";

const page = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello";

/** All of these are this machine, or the inside of a cloud. */
const spellings = [
  "127.0.0.1",
  "127.1",
  "127.0.1",
  "0x7f.1",
  "0x7f000001",
  "0X7F.0.0.1",
  "2130706433",
  "017700000001",
  "0177.0.0.1",
  "127.0.0.1.",
  "127.255.255.254",
  "①②⑦.⓪.⓪.①",
  "%31%32%37.0.0.1",
  "user:password@127.0.0.1",
  "0",
  "0.0.0.0",
  "0x0",
  "[::1]",
  "[0:0:0:0:0:0:0:1]",
  "[0000::0001]",
  "[::]",
  "[::ffff:127.0.0.1]",
  "[::ffff:7f00:1]",
  "[0:0:0:0:0:ffff:7f00:0001]",
  "[::127.0.0.1]",
  "[64:ff9b::127.0.0.1]",
  "[64:ff9b::7f00:1]",
  "[2002:7f00:1::]",
  "[fe80::1]",
  "[fd00::1]",
  "localhost",
  "LOCALHOST",
  "localhost.",
  "any.localhost",
  "10.0.0.1",
  "172.16.0.1",
  "192.168.1.1",
  "100.64.0.1",
  "169.254.169.254",
  "0xa9fea9fe",
  "2852039166",
  "[::ffff:169.254.169.254]",
  "[fd00:ec2::254]",
  "100.100.100.200",
  "168.63.129.16",
  "metadata.google.internal",
  "metadata.google.internal.",
];

/** These stay closed when private networks are opened for staging. */
const never = [
  "169.254.169.254",
  "[fd00:ec2::254]",
  "100.100.100.200",
  "168.63.129.16",
  "metadata.google.internal",
  "0.0.0.0",
];

/** A resolver that gives one list of addresses after the other. */
function scripted(...answers: readonly (readonly string[])[]): { lookup: Lookup; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    lookup(hostname, done) {
      const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? [];
      asked.push(hostname);
      done(
        null,
        addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
      );
    },
  };
}

suite("requests to the inside", () => {
  test("are refused in every spelling before a connection is made", async () => {
    await using server = await rawServer((socket) => socket.write(page));
    await using ours = testExchanger(server, { allowPrivate: false });
    for (const host of spellings) {
      const result = await ours.exchange({ url: `http://${host}:${server.port}/`, headers });
      assert.equal(result.ok, false, host);
      assert.ok(!result.ok && /^ssrf-(?:host|address)$/.test(result.reason), `${host}: ${JSON.stringify(result)}`);
      assert.equal(result.retry, false);
    }
    assert.deepEqual(server.seen, { connections: 0, bytes: 0, text: "" });
  });

  test("to a cloud's metadata are refused even where private networks are allowed", async () => {
    await using server = await rawServer((socket) => socket.write(page));
    await using ours = testExchanger(server);
    for (const host of never) {
      const result = await ours.exchange({ url: `http://${host}:${server.port}/`, headers });
      assert.ok(!result.ok && result.reason.startsWith("ssrf-"), `${host}: ${JSON.stringify(result)}`);
    }
  });

  test("by a public name are refused when any of its addresses is inside", async () => {
    await using server = await rawServer((socket) => socket.write(page));
    const url = `http://public.test:${server.port}/`;
    for (const addresses of [["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["192.0.9.1", "127.0.0.1"], ["10.1.2.3"]]) {
      await using ours = testExchanger(server, { allowPrivate: false, lookup: scripted(addresses).lookup });
      const result = await ours.exchange({ url, headers });
      assert.partialDeepStrictEqual(result, { ok: false, reason: "ssrf-address", retry: false }, addresses.join());
    }
    assert.equal(server.seen.connections, 0);
  });

  test("by a name that changes its address are judged at each connection, which looks up only once", async () => {
    await using server = await rawServer((socket) => socket.end(page));
    const { lookup, asked } = scripted(["127.0.0.1"], ["169.254.169.254"]);
    await using ours = testExchanger(server, { lookup });
    const url = `http://rebinding.test:${server.port}/`;
    assert.equal((await ours.exchange({ url, headers })).ok, true);
    assert.equal(asked.length, 1);
    assert.partialDeepStrictEqual(await ours.exchange({ url, headers }), { ok: false, reason: "ssrf-address" });
    assert.equal(server.seen.connections, 1);
  });

  test("are refused by the address of the socket when even the look-up's answer changes", async () => {
    await using server = await rawServer((socket) => socket.write(page));
    let reads = 0;
    const lookup: Lookup = (_, done) =>
      done(null, [
        {
          get address() {
            reads += 1;
            return reads === 1 ? "192.0.9.1" : "127.0.0.1";
          },
          family: 4,
        },
      ]);
    await using ours = testExchanger(server, { allowPrivate: false, lookup });
    const result = await ours.exchange({ url: `http://public.test:${server.port}/`, headers });
    assert.partialDeepStrictEqual(result, { ok: false, reason: "ssrf-address", ip: "127.0.0.1" });
    assert.equal(server.seen.bytes, 0);
  });

  test("by --connect-to are judged like any other", async () => {
    await using server = await rawServer((socket) => socket.write(page));
    const connectTo = [connectToRuleOf("inner.test::127.0.0.1:"), connectToRuleOf("named.test::localhost:")];
    await using ours = testExchanger(server, { allowPrivate: false, connectTo });
    for (const host of ["inner.test", "named.test"]) {
      const result = await ours.exchange({ url: `http://${host}:${server.port}/`, headers });
      assert.ok(!result.ok && result.reason.startsWith("ssrf-"), JSON.stringify(result));
    }
    assert.equal(server.seen.connections, 0);
  });

  test("to other schemes and ports are refused", async () => {
    await using server = await rawServer((socket) => socket.write(page));
    await using ours = testExchanger({ port: 80 });
    const reasons: Record<string, string> = {
      "file:///etc/passwd": "scheme",
      "ftp://public.test/": "scheme",
      "javascript:alert(1)": "scheme",
      "data:text/html,x": "scheme",
      "gopher://public.test:80/": "scheme",
      "http://public.test:22/": "port",
      "http://public.test:6379/": "port",
      [`${server.origin}/`]: "port",
      "//public.test/": "url",
      "http://": "url",
    };
    for (const [url, reason] of Object.entries(reasons)) {
      const result = await ours.exchange({ url, headers });
      assert.equal(result.ok ? "ok" : result.reason, reason, url);
    }
    assert.equal(server.seen.connections, 0);
  });
});

suite("redirects", () => {
  const from = "http://public.test/a/b?c";
  const rules = { ports: [8080], allowPrivate: false };
  const leadsTo = (location: string, status = 302) =>
    redirectTargetOf({ status, headers: [["LOCATION", location]] }, from, rules);

  test("lead to the absolute address without its fragment", () => {
    assert.deepEqual(leadsTo("../x#y"), { ok: true, url: "http://public.test/x" });
    assert.deepEqual(leadsTo("//other.test:8080/"), { ok: true, url: "http://other.test:8080/" });
    assert.deepEqual(leadsTo("https://other.test/z"), { ok: true, url: "https://other.test/z" });
  });

  test("with UTF-8 or other octets in their Location lead where browsers go", () => {
    const location = Buffer.from("/caf\u00e9").toString("latin1");
    assert.deepEqual(leadsTo(location), { ok: true, url: "http://public.test/caf%C3%A9" });
    assert.deepEqual(leadsTo("/caf\xe9"), { ok: true, url: "http://public.test/caf%C3%A9" });
  });

  test("are those of five statuses only", () => {
    for (const status of [301, 302, 303, 307, 308]) assert.equal(leadsTo("/", status)?.ok, true, String(status));
    for (const status of [200, 201, 300, 304, 305, 306, 404, 500]) assert.equal(leadsTo("/", status), null);
  });

  test("to the inside, to other schemes and ports, or to nowhere are refused with the reason", () => {
    const reasons: Record<string, string> = {
      "http://169.254.169.254/latest/meta-data": "ssrf-address",
      "http://0x7f.1/": "ssrf-address",
      "http://[::1]/": "ssrf-address",
      "http://localhost/": "ssrf-host",
      "file:///etc/passwd": "scheme",
      "javascript:alert(1)": "scheme",
      "data:text/html,x": "scheme",
      "http://public.test:22/": "port",
      "http://[": "url",
      "": "url",
      [`/${"a".repeat(9000)}`]: "url",
    };
    for (const [location, reason] of Object.entries(reasons)) {
      const target = leadsTo(location);
      assert.ok(target !== null && !target.ok, location);
      assert.equal(target.reason, reason, location);
    }
  });
});
