import { oneLine, printable } from "./write-line.ts";

export type Cell = string | number | null;

/** Columns aligned for people; numbers to the right, control characters escaped, long cells cut at `width`. */
export function textTable(columns: readonly string[], rows: readonly (readonly Cell[])[], width = 100): string {
  const cells = rows.map((row) => row.map((cell) => cut(cellText(cell), width)));
  const widths = columns.map((name, at) =>
    cells.reduce((size, row) => Math.max(size, row[at]?.length ?? 0), name.length),
  );
  const numeric = columns.map((_, at) => rows.some((row) => typeof row[at] === "number"));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => (numeric[at] === true ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(columns), widths.map((size) => "-".repeat(size)).join("  "), ...cells.map(line)].join("\n");
}

/**
 * RFC 4180, each record with its line end but the last, whose line feed the caller adds. A cell that a spreadsheet would
 * take for a formula gets an apostrophe in front (OWASP, CSV injection), and control characters are escaped: the text of a
 * cell may come from the web. `json` has every value as it is.
 */
export function csvOf(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const line = (row: readonly Cell[]): string => row.map(csvCell).join(",");
  return `${[line(columns), ...rows.map(line)].join("\r\n")}\r`;
}

function csvCell(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  const text = cell ?? "";
  const safe = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(safe) ? `"${printable(safe).replaceAll('"', '""')}"` : printable(safe);
}

function cellText(cell: Cell): string {
  return cell === null ? "" : oneLine(String(cell));
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
