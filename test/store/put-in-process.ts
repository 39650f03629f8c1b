// Puts a file into a store at a moment that all of several such processes are told: `address name file [moment]`.
import { openStore } from "../../src/store/open-store.ts";

const [address = "", name = "", path = "", moment = "0"] = process.argv.slice(2);
await using store = await openStore(address);
process.stdout.write("ready\n");
while (Date.now() < Number(moment)) continue;
process.stdout.write(`${await store.put(name, { path })}\n`);
