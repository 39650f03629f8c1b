// Puts a file into a store, under one name or several, once its standard input ends: `address name[,name] file`.
import { text } from "node:stream/consumers";

import { openStore } from "../../src/store/open-store.ts";

const [address = "", names = "", path = ""] = process.argv.slice(2);
await using store = await openStore(address);
process.stdout.write("ready\n");
await text(process.stdin);
for (const name of names.split(",")) process.stdout.write(`${await store.put(name, { path })}\n`);
