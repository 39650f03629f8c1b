import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";

import { serveCrawl } from "../../scripts/fixtures/common-crawl/serve-crawl.ts";
import type { CommonCrawlAccess } from "../../src/commoncrawl/access.ts";
import type { CopySpec } from "../../src/commoncrawl/copy-spec.ts";
import { copyHandler } from "../../src/jobs/copy/handler.ts";
import { submitCopies } from "../../src/jobs/copy/submit.ts";
import { localQueue } from "../../src/queue/local-queue.ts";
import { folderStore } from "../../src/store/folder-store.ts";
import type { Store } from "../../src/store/store.ts";
import { never, nothing, shortPatience, smallCrawl, sparse, specIn } from "../commoncrawl/small-crawl.ts";
import { assertBytes } from "../conformance/store-contract.ts";

const software = "colophon test";
const requester = { software, project: "test", contact: null };

async function replaced(store: Store, name: string, bytes: Buffer): Promise<void> {
  await store.remove(name);
  await store.put(name, bytes);
}

suite("a copy that workers made", () => {
  for (const isBucket of [true, false]) {
    test(`is made again when ${isBucket ? "a bucket" : "a folder"} holds another archive, or the result of another copy`, async () => {
      using made = await smallCrawl();
      await using served = await serveCrawl(made.folder);
      const reach = { indexBase: null, allowPrivate: true, connectTo: [], connections: 2 };
      const access: CommonCrawlAccess = { base: served.base, ...reach, requester, patience: shortPatience };
      mkdirSync(join(made.path, "store"));
      const plain = folderStore(join(made.path, "store"));
      const store: Store = isBucket ? { ...plain, localPath: () => null } : plain;
      await using queue = localQueue({ retry: { tries: 1 } });
      queue.consume("copy", copyHandler({ store, folder: made.path, software }), { concurrency: 1 });
      const broken: string[] = [];
      const onBroken = ({ message }: Error): void => void broken.push(message);
      const copied = async (spec: CopySpec, into: string): Promise<Buffer> => {
        mkdirSync(join(made.path, into));
        const copyOne = submitCopies({ queue, store, access, software, folder: join(made.path, into), onBroken });
        const { path } = await copyOne(spec, nothing, never);
        return readFileSync(path ?? assert.fail("nothing was copied"));
      };
      const [all, few] = [specIn(made), sparse(specIn(made))];
      const whole = await copied(all, "first");
      const ends = async (): Promise<string[]> =>
        (await Array.fromAsync(store.list("copies/"))).map(({ name }) => name).filter((name) => name.endsWith("/end"));
      const [own = ""] = await ends();
      await copied(few, "other");
      const other = (await ends()).find((name) => name !== own) ?? assert.fail("there is no other copy");
      assert.deepEqual(broken.splice(0), []);

      const name = `archives/${createHash("sha256").update(whole).digest("hex")}`;
      for (const [at, bytes] of [whole.subarray(0, -1), Buffer.alloc(0), Buffer.from(whole).reverse()].entries()) {
        await replaced(store, name, bytes);
        assert.ok((await copied(all, `again-${at}`)).equals(whole));
        assert.match(broken.splice(0).join("\n"), new RegExp(`^${name} of .* is broken: its bytes have the SHA-256`));
        assertBytes(await store.get(name), whole);
      }
      await replaced(store, own, (await store.get(other)) ?? Buffer.alloc(0));
      assert.ok((await copied(all, "last")).equals(whole));
      assert.match(broken.splice(0).join("\n"), new RegExp(`^${own} of .* is broken: it is that of`));

      const ask = own.replace(/end$/, "ask");
      const asked = (await store.get(ask)) ?? assert.fail("there is no ask");
      await replaced(store, ask, Buffer.from(asked.toString("utf8").replace("127.0.0.1", "127.0.0.9")));
      await store.remove(own);
      assert.ok((await copied(all, "asked")).equals(whole));
      assertBytes(await store.get(ask), asked);
    });
  }
});
