/** Rows read at once: enough that paging costs nothing, few enough that memory does not grow. */
const pageRows = 1000;

/**
 * All rows of a query, read page by page behind the place of the last row: no statement stays open in between, so the
 * same connection can write, and a slow reader holds no snapshot back.
 */
export function* pagesOf<Row, Place>(
  start: Place,
  placeOf: (row: Row) => Place,
  readPage: (after: Place, limit: number) => Row[],
): Generator<Row> {
  let after = start;
  for (;;) {
    const rows = readPage(after, pageRows);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) return;
    after = placeOf(last);
  }
}
