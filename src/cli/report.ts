import type { CopyProgress, CopyReport } from "../commoncrawl/copy.ts";
import { bytesInWords, type Progress } from "./progress.ts";
import { printable } from "./write-line.ts";

/** Tells how far the copying has come: first what an index has named, then which files are done. */
export function copyDisplay(progress: Progress): (seen: CopyProgress) => void {
  return ({ done, groups, bytes, records, words }) => {
    if (groups === 0) progress.show("select", 0, 1, printable(`${records} records selected, ${words}`));
    else progress.show("copy", done, groups, printable(`${done} of ${groups} files, ${bytesInWords(bytes)}, ${words}`));
  };
}

/** Records named one by one before the rest is only counted. */
const namedRefusals = 20;

/** Every file that could not be copied, and the first of the records that were refused. */
export function copyFaults({ refused, failures }: CopyReport): string[] {
  const named = refused
    .slice(0, namedRefusals)
    .map(
      ({ reason, detail, url, file, offset }) =>
        `not copied, ${reason}: ${url ?? file ?? "a row of the index"}${offset === null ? "" : ` (byte ${offset} of ${file})`}: ${detail}`,
    );
  const rest = refused.length - named.length;
  return [
    ...failures.map(({ message }) => message),
    ...named,
    ...(rest > 0 ? [`${rest} more records were not copied; --json names them all`] : []),
  ];
}

export function copyInWords({
  groups,
  records,
  bytes,
  fetchedBytes,
  refused,
  failures,
  archives,
}: CopyReport): string[] {
  const reasons = Map.groupBy(refused, ({ reason }) => reason);
  const counts = [...reasons].map(([reason, all]) => `${all.length} ${reason}`).join(", ");
  return [
    `Copied      ${records === 0 ? "" : `${records} records of `}${groups} files into ${archives.length} archives, ${bytesInWords(bytes)}; ${bytesInWords(fetchedBytes)} fetched now`,
    ...(refused.length === 0 ? [] : [`Not copied  ${refused.length} records: ${counts}`]),
    ...(failures.length === 0 ? [] : [`Not copied  ${failures.length} files`]),
  ];
}
