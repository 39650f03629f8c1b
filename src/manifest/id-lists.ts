import type { Hex } from "../core/records.ts";

/** Ids of rows, partition by partition: 16 bytes each. */
export interface IdLists {
  /** Begins a list; its ids must come in ascending order. */
  readonly begin: () => (id: Hex) => void;
  /** Ids that are in more than one list, in order. */
  readonly inSeveral: () => Generator<Hex>;
}

const idBytes = 16;

export function idLists(): IdLists {
  const lists: { bytes: Buffer; count: number }[] = [];
  return {
    begin() {
      const list = { bytes: Buffer.alloc(64 * idBytes), count: 0 };
      lists.push(list);
      return (id) => {
        if ((list.count + 1) * idBytes > list.bytes.length)
          list.bytes = Buffer.concat([list.bytes, Buffer.alloc(list.bytes.length)]);
        list.bytes.write(id, list.count * idBytes, "hex");
        list.count++;
      };
    },
    *inSeveral() {
      const next = lists.map(() => 0);
      const at = (list: number): Hex | null => {
        const [{ bytes, count } = { bytes: Buffer.alloc(0), count: 0 }, place = 0] = [lists[list], next[list]];
        return place < count ? bytes.toString("hex", place * idBytes, (place + 1) * idBytes) : null;
      };
      const heads = lists.map((_, list) => at(list));
      for (;;) {
        const least = heads.reduce((a, b) => (a === null || (b !== null && b < a) ? b : a), null);
        if (least === null) return;
        const having = heads.flatMap((id, list) => (id === least ? [list] : []));
        for (const list of having) {
          next[list] = (next[list] ?? 0) + 1;
          heads[list] = at(list);
        }
        if (having.length > 1) yield least;
      }
    },
  };
}
