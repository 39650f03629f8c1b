import type { ViewRow } from "../../ledger/capture-history.ts";
import type { WholeStory } from "../../pipeline/explain.ts";
import type { Command, CommandInput, Io } from "../command.ts";
import { corpusOption, jsonOption, textOf } from "../options.ts";
import { jsonText, oneLine, printable, writeLine } from "../write-line.ts";

export const explain: Command = {
  name: "explain",
  summary: "Tell the whole story of one page",
  description:
    "Prints everything the ledger knows of a page: where its bytes lie, what was seen, which rights it carries and by what evidence, what each rule measured, which other pages say the same, and why it was kept or refused. Takes an address to the letter, an id, or the first eight or more digits of one.",
  arguments: [{ name: "<page>", description: "URL or id" }],
  options: [corpusOption, jsonOption],
  examples: [
    { line: "colophon explain https://example.org/page", says: "every capture of that address, oldest first" },
    { line: "colophon explain 3fa94c01 --json", says: "one capture, for programs" },
  ],
  async run({ args, options }: CommandInput, io: Io) {
    const { openCorpus } = await import("../../corpus/corpus.ts");
    const { openPartitions } = await import("../../ledger/partitions.ts");
    const { wholeStories } = await import("../../pipeline/explain.ts");
    const corpus = await openCorpus(textOf(options, "corpus"), false);
    using ledgers = openPartitions(corpus.ledgerPaths, { mode: "read" });
    const wanted = args[0] ?? "";
    const stories = wholeStories(ledgers.all, wanted);
    for (const story of stories) await writeLine(io.out, options["json"] === true ? jsonText(story) : inWords(story));
    if (stories.length > 0) return "ok";
    io.err.write(
      printable(`colophon: no capture of ${wanted} in ${corpus.folder}; addresses are compared to the letter\n`),
    );
    return "notFound";
  },
};

/** Columns of `documents` that have a line above, or none. Any other is printed under its own name. */
const toldElsewhere: ReadonlySet<string> = new Set(
  "key id url host captured_at title canonical_url language_attribute charset charset_source language language_score text_sha256 text_bytes words licence licence_basis".split(
    " ",
  ),
);

/** The whole story, for people. */
export function inWords(story: WholeStory): string {
  const { capture, document } = story;
  const said = (row: ViewRow, name: string): string => oneLine(String(row[name] ?? "-"));
  const lines = [
    said(capture, "url"),
    "",
    `id           ${said(capture, "id")}`,
    `captured     ${said(capture, "captured_at")} from ${said(capture, "ip")}, HTTP ${said(capture, "http_status")}, ${said(capture, "mime")}`,
    `outcome      ${said(capture, "outcome")}${capture["reason"] === null ? "" : `: ${said(capture, "reason")}`}${capture["detail"] === null ? "" : ` (${said(capture, "detail")})`}`,
    `bytes        ${said(capture, "length")} at ${said(capture, "offset")} of ${said(capture, "archive")}${capture["inner_offset"] === 0 ? "" : `, record at ${said(capture, "inner_offset")} of what they unpack to`}`,
    `             archive SHA-256 ${said(capture, "archive_sha256")}`,
    ...story.paths.map((path) => `             last seen at ${oneLine(path)}`),
    `payload      ${said(capture, "payload_bytes")} bytes, SHA-256 ${said(capture, "payload_sha256")}`,
    `digests      stated block ${said(capture, "stated_block_digest")}: ${said(capture, "block_digest_state")}; payload ${said(capture, "stated_payload_digest")}: ${said(capture, "payload_digest_state")}`,
    ...(capture["truncated"] === null ? [] : [`truncated    ${said(capture, "truncated")}`]),
    ...copyInWords(story, said),
    `measured by  ${story.software}, ${story.build === null ? "a build that was not recorded" : `build ${story.build}`}`,
  ];
  if (document !== null) {
    lines.push(
      "",
      `title        ${said(document, "title")}`,
      `language     ${said(document, "language")} (score ${Number(document["language_score"]).toFixed(3)}; the page says ${said(document, "language_attribute")})`,
      `canonical    ${said(document, "canonical_url")}`,
      `text         ${said(document, "words")} words, ${said(document, "text_bytes")} bytes, SHA-256 ${said(document, "text_sha256")}`,
      `licence      ${said(document, "licence")} (${said(document, "licence_basis")})`,
      ...Object.keys(document)
        .filter((column) => !toldElsewhere.has(column))
        .map((column) => `${column.replaceAll("_", " ").padEnd(12)} ${said(document, column)}`),
      ...story.evidence.map(
        (row) =>
          `  evidence   ${said(row, "kind")} at ${said(row, "place")}, about the ${said(row, "subject")}: ${said(row, "value")} -> ${said(row, "licence")}${row["quote"] === "" ? "" : `\n             “${said(row, "quote")}”`}`,
      ),
      story.signals.length === 0 ? "signals      none found" : "signals",
      ...story.signals.map(
        (row) =>
          `  ${said(row, "kind")}: ${said(row, "preference")}=${said(row, "value")} for ${said(row, "agent")} at ${said(row, "place")} “${said(row, "quote")}”`,
      ),
      ...elsewhereInWords(story, said),
      "measurements",
      ...story.measurements.map(
        (row) =>
          `  ${said(row, "rule").padEnd(46)} ${row["value"] === null ? "unknown" : said(row, "value")} ${said(row, "unit")} (revision ${said(row, "revision")})`,
      ),
      story.cluster.length === 0
        ? "duplicates   none found"
        : `duplicates   ${story.cluster.length} pages say the same; representative ${said(story.cluster[0] ?? {}, "cluster")}`,
      ...story.cluster.map(
        (row) =>
          `  ${Number(row["similarity"]).toFixed(3)}  ${said(row, "id").slice(0, 12)}  ${said(row, "licence")}  ${said(row, "url")}`,
      ),
      story.decisions[0]?.["is_current"] === 1 ? "decision" : "decision     none yet",
      ...story.decisions.map(
        (row) =>
          `  ${row["is_current"] === 1 ? "" : "earlier: "}${row["kept"] === 1 ? "kept" : "refused"} under ${said(row, "policy")} (${said(row, "policy_sha256").slice(0, 12)})${row.reasons === "[]" ? "" : `: ${oneLine((JSON.parse(row.reasons) as string[]).join(", "))}`}`,
      ),
    );
  }
  return printable(`${lines.join("\n")}\n`);
}

/** How it stands among the captures of its address, and what others say about it under the policy in force. */
function elsewhereInWords(
  { version, inherited }: WholeStory,
  said: (row: ViewRow, name: string) => string,
): readonly string[] {
  const standing =
    version === null
      ? []
      : [
          `version      ${said(version, "state")}, by the capture ${said(version, "governing").slice(0, 12)} of ${said(version, "governing_captured_at")} (HTTP ${said(version, "governing_http_status")})`,
        ];
  if (inherited === null) return standing;
  const { captures, signals, licence } = inherited;
  return [
    ...standing,
    "from elsewhere",
    ...captures.map(
      ({ relation, id, url, capturedAt, payloadSha256 }) =>
        `  ${relation.padEnd(6)} ${id.slice(0, 12)}  ${capturedAt ?? "-"}  ${oneLine(url)}, payload SHA-256 ${payloadSha256}`,
    ),
    ...signals.map(
      ({ kind, preference, value, agent, place, quote, from }) =>
        `  ${oneLine(`${kind}: ${preference}=${value ?? "unreadable"} for ${agent} at ${place} “${quote}”`)} (${from.slice(0, 12)})`,
    ),
    ...(licence === null ? [] : [`  licence in force ${oneLine(licence.id)} (${licence.from.slice(0, 12)})`]),
  ];
}

/** Where the bytes came from, and what is archived of the host's robots.txt at that time. */
function copyInWords({ copy, robots }: WholeStory, said: (row: ViewRow, name: string) => string): string[] {
  if (copy === null) return [];
  const fields =
    copy["fields"] === null ? [] : Object.entries(JSON.parse(said(copy, "fields")) as WholeStory["capture"]);
  const index = fields
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${oneLine(String(value))}`);
  return [
    `copied from  ${said(copy, "crawl")}: ${said(copy, "length")} bytes at ${said(copy, "offset")} of ${said(copy, "file")}`,
    ...(index.length === 0 ? [] : [`             its index said: digest ${said(copy, "digest")}, ${index.join(", ")}`]),
    ...(robots.length === 0
      ? ["robots.txt   none of that host and crawl is in this corpus (`--with-robots` brings them)"]
      : []),
    ...robots.map(
      (row) =>
        `robots.txt   captured ${said(row, "captured_at")}, HTTP ${said(row, "http_status")}, SHA-256 ${said(row, "payload_sha256")}, ${said(row, "url")} at ${said(row, "offset")} of ${said(row, "archive")}`,
    ),
  ];
}
