// Measures the slices of a corpus in partitions again and kills itself inside the transaction of the n-th part of one.
import { appendSql } from "../../src/ledger/append-segment.ts";
import { corpusIn, type StatedArchive } from "./corpus-in-partitions.ts";
import { remeasure } from "./remeasured-corpus.ts";

const [, , folder = "", segments = "", partitions = "", nth = "", archives = "[]"] = process.argv;
const { corpus, ledgers } = await corpusIn(folder, segments, Number(partitions));
let parts = 0;
const mortal = ledgers.map((ledger) =>
  Object.assign({}, ledger, {
    statement: <Row>(sql: string): ReturnType<typeof ledger.statement<Row>> => {
      if (sql === appendSql.countSlice && ++parts === Number(nth)) process.kill(process.pid, "SIGKILL");
      return ledger.statement<Row>(sql);
    },
  }),
);
remeasure({ corpus, ledgers: mortal }, JSON.parse(archives) as StatedArchive[]);
