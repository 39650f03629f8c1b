/**
 * Scores licence detection against labelled pages.
 *
 *     node scripts/bench/licence-score.ts [--verbose] [ARCHIVE.warc.gz GOLD.jsonl.gz]
 *
 * The gold file has one `{url, true_licence, port, kind, hard}` a line; `none` is expected as `NOASSERTION`,
 * `all-rights-reserved` as `LicenseRef-ARR`, and of "A OR B" either. Exits 1 when a page under an NC or ND licence is admitted.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";

import type { Licence } from "../../src/core/rights.ts";
import { exchangeOf } from "../../src/measure/payload.ts";
import { pageOf } from "../../src/page/parse-page.ts";
import { licenceOf } from "../../src/rights/licence-of.ts";
import { allRightsReserved, licenceAttributesOf } from "../../src/rights/licence-table.ts";
import { evidenceOf } from "../../src/rights/registry.ts";
import { readArchive } from "../../src/warc/read-archive.ts";
import { fileSource } from "../../src/warc/source.ts";

interface Gold {
  readonly url: string;
  readonly true_licence: string;
  readonly port: string | null;
  readonly kind: string;
  readonly hard: string | null;
}

interface Scored {
  readonly gold: Gold;
  /** Ids that count as right. */
  readonly expected: readonly string[];
  readonly got: Licence;
}

const folder = "../shared/data/licence";
const { values, positionals } = parseArgs({
  options: { verbose: { type: "boolean", default: false } },
  allowPositionals: true,
});
const [archive = `${folder}/licence-dev.warc.gz`, goldFile = `${folder}/licence-dev.gold.jsonl.gz`] = positionals;

const golds = new Map(
  gunzipSync(readFileSync(goldFile))
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Gold)
    .map((gold) => [gold.url, gold]),
);

const scored: Scored[] = [];
let rightsMicroseconds = 0;
using source = fileSource(archive);
for await (const item of readArchive(source)) {
  if (item.kind === "loss") continue;
  const gold = golds.get(item.url ?? "");
  if (gold === undefined) continue;
  const { headers, contentType, body, truncated } = exchangeOf(item);
  const complete = truncated === null;
  const page = pageOf({ url: gold.url, bytes: body, contentType });
  const start = process.cpuUsage();
  const got = licenceOf(evidenceOf({ url: gold.url, headers, page, complete }), complete);
  rightsMicroseconds += process.cpuUsage(start).user;
  scored.push({ gold, expected: expectedOf(gold), got });
}

const wrong = scored.filter(({ expected, got }) => !expected.includes(got.id));
const admittedAgainstTerms = scored.filter(({ expected, got }) => isPermissive(got.id) && expected.some(isRestricted));

console.log(`pages            ${scored.length} of ${golds.size} labelled`);
console.log(`exact id         ${scored.length - wrong.length} (${ratio(scored.length - wrong.length, scored.length)})`);
console.log(`licensed         ${precisionAndRecall(isLicensed)}`);
console.log(`permissive admit ${precisionAndRecall(isPermissive)}  (CC BY, CC BY-SA, CC0 and other public domain)`);
console.log(`reserved         ${precisionAndRecall((id) => id === allRightsReserved)}`);
console.log(`NC/ND admitted   ${admittedAgainstTerms.length}`);
console.log(
  `time             ${(rightsMicroseconds / 1000 / scored.length).toFixed(2)} CPU-ms a page for evidence and licence alone`,
);
if (values.verbose) {
  for (const { gold, expected, got } of wrong) {
    console.log(`${expected.join(" or ")} -> ${got.id} [${got.basis}]  ${gold.kind}/${gold.hard ?? "-"}  ${gold.url}`);
  }
}
process.exitCode = admittedAgainstTerms.length === 0 ? 0 : 1;

/** The labels name a port that SPDX lacks by the unported id and the port beside it; ours is a `LicenseRef` of its own. */
function expectedOf({ true_licence: label, port }: Gold): string[] {
  if (label === "none") return ["NOASSERTION"];
  if (label === "all-rights-reserved") return [allRightsReserved];
  const suffix = port === null ? null : `-${port.toUpperCase()}`;
  return label.split(" OR ").map((id) => (suffix === null || id.endsWith(suffix) ? id : `LicenseRef-${id}${suffix}`));
}

function isLicensed(id: string): boolean {
  return id !== "NOASSERTION" && id !== allRightsReserved;
}

function isPermissive(id: string): boolean {
  const { family } = licenceAttributesOf(id);
  if (family === "public-domain") return true;
  return id.replace("LicenseRef-", "").startsWith("CC-") && (family === "attribution" || family === "share-alike");
}

function isRestricted(id: string): boolean {
  const { derivatives, commercial } = licenceAttributesOf(id);
  return derivatives === false || commercial === false;
}

function precisionAndRecall(test: (id: string) => boolean): string {
  const both = scored.filter(({ expected, got }) => test(got.id) && expected.some(test)).length;
  const got = scored.filter((page) => test(page.got.id)).length;
  const expected = scored.filter((page) => page.expected.some(test)).length;
  return `P ${ratio(both, got)} (${both}/${got})  R ${ratio(both, expected)} (${both}/${expected})`;
}

function ratio(part: number, whole: number): string {
  return whole === 0 ? "-" : (part / whole).toFixed(3);
}
