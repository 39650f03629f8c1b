import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { suite, test } from "node:test";

import { runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

suite("a crawl of an address of this machine", () => {
  test("asks for nothing unless --allow-private says so, and says why", async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    try {
      using folder = temporaryFolder();
      const run = await runColophon("crawl", `http://127.0.0.1:${port}/`, "--corpus", join(folder.path, "corpus"));
      assert.match(run.out, /Left alone +1 hosts: robots-.*--allow-private|refused: ssrf-/, run.out + run.err);
      assert.equal(connections, 0);
    } finally {
      server.close();
    }
  });
});
