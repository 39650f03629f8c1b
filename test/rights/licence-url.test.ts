import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { creativeCommonsIdOf } from "../../src/rights/creative-commons/id.ts";
import { creativeCommonsToolOf, creativeCommonsToolOfButton } from "../../src/rights/creative-commons/url.ts";
import type { CreativeCommonsTool } from "../../src/rights/creative-commons/url.ts";
import { licenceOfUrl } from "../../src/rights/licence-url.ts";

const base = "https://site.test/folder/page";

const cases: readonly (readonly [url: string, id: string | null])[] = [
  ["https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"],
  ["http://creativecommons.org/licenses/by-sa/3.0/", "CC-BY-SA-3.0"],
  ["//creativecommons.org/licenses/by-sa/3.0", "CC-BY-SA-3.0"],
  ["creativecommons.org/licenses/by-nc/2.5/", "CC-BY-NC-2.5"],
  ["https://www.creativecommons.org/licenses/by/4.0/deed.de", "CC-BY-4.0"],
  ["https://creativecommons.org/licenses/by/4.0/legalcode.zh-hant", "CC-BY-4.0"],
  ["http://creativecommons.org/licenses/by/3.0/rdf", "CC-BY-3.0"],
  ["HTTPS://CreativeCommons.org/Licenses/BY-NC-SA/4.0/", "CC-BY-NC-SA-4.0"],
  ["https://creativecommons.org/licenses/ by-sa/4.0/", "CC-BY-SA-4.0"],
  ["https://creativecommons.org/licenses/%20by-sa/4.0/", "CC-BY-SA-4.0"],
  ["https://creativecommons.org/licenses/by/4.0?ref=chooser-v1", "CC-BY-4.0"],
  ["https://creativecommons.org/licenses/by/4.0/#deed", "CC-BY-4.0"],
  [
    "https://web.archive.org/web/20160218174457/http://creativecommons.org/licenses/by-nc-sa/3.0/de/",
    "CC-BY-NC-SA-3.0-DE",
  ],
  ["http://creativecommons.org/licenses/by/3.0/at/deed.de", "CC-BY-3.0-AT"],
  ["http://creativecommons.org/licenses/by/3.0/igo/", "CC-BY-3.0-IGO"],
  ["http://creativecommons.org/licenses/by-nc-sa/3.0/us/", "LicenseRef-CC-BY-NC-SA-3.0-US"],
  ["http://creativecommons.org/licenses/by/2.5/scotland/", "LicenseRef-CC-BY-2.5-SCOTLAND"],
  ["http://creativecommons.org/licenses/by-sa/2.1/jp/", "CC-BY-SA-2.1-JP"],
  ["http://creativecommons.org/licenses/by/2.1/", "LicenseRef-CC-BY-2.1"],
  ["http://creativecommons.org/licenses/by-nd-nc/1.0/", "CC-BY-NC-ND-1.0"],
  ["http://creativecommons.org/licenses/sa/1.0/", "CC-SA-1.0"],
  ["http://creativecommons.org/licenses/sampling+/1.0/", "LicenseRef-CC-SAMPLING-PLUS-1.0"],
  ["http://creativecommons.org/licenses/by-sa/", "LicenseRef-CC-BY-SA-unversioned"],
  ["https://creativecommons.org/licenses/by-sa/deed.de", "LicenseRef-CC-BY-SA-unversioned"],
  ["https://creativecommons.org/licenses/by‑nc/4.0/", "CC-BY-NC-4.0"],
  ["https://creativecommons.org/licenses/by\u200b-nc/4.0/", "CC-BY-NC-4.0"],
  ["https://creativecommons.org/licenses/by%E2%80%91nc/4.0/", null],
  ["https://creativecommons.org/licenses/by.nc/4.0/", null],
  ["https://creativecommons.org/licenses/by/nc/4.0/", null],
  ["https://creativecommons.org/licenses/by/4.0-nc/", null],
  ["https://creativecommons.org/licenses/by/4.0/nc-sa/", null],
  ["https://creativecommons.org/licenses/by#nc", null],
  ["https://creativecommons.org/licenses/by?nc", null],
  ['https://creativecommons.org/licenses/by"nc', null],
  ["https://creativecommons.org/licenses/by/4.0/#by-nc-nd", null],
  ["https://creativecommons.org/licenses/by/4.0/?type=bync", null],
  ["https://creativecommons.org/licenses/by/4.0/#NonCommercial", null],
  ["https://creativecommons.org/licenses/by/4.0/de/nd", null],
  ["https://creativecommons.org/licenses/by/4.0/;sa", null],
  ["https://creativecommons.org/licenses/by-nc/4.0/#nd", null],
  ["https://creativecommons.org/publicdomain/zero/1.0/?nc", null],
  ["https://creativecommons.org/licenses/by-nc/4.0/?ref=by-nc", "CC-BY-NC-4.0"],
  ["https://creativecommons.org/licenses/by/2.0/?ref=openverse&atype=rich", "CC-BY-2.0"],
  ["https://creativecommons.org/licenses/by/4.0/deed.sa?lang=sa", "CC-BY-4.0"],
  ["https://creativecommons.org/licenses/by/4.0/#ref-terms", "CC-BY-4.0"],
  ["https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"],
  ["https://creativecommons.org/publicdomain/mark/1.0/deed.en", "CC-PDM-1.0"],
  ["http://creativecommons.org/licenses/publicdomain/", "CC-PDDC"],
  ["https://creativecommons.org/", null],
  ["https://creativecommons.org/licenses/", null],
  ["https://creativecommons.org/choose/", null],
  ["https://creativecommons.org/ns#", null],
  ["https://wiki.creativecommons.org/licenses/by/4.0/", null],
  ["https://de.creativecommons.org/licenses/by/4.0/", null],
  ["https://evil.test/creativecommons.org/licenses/by/4.0/", null],
  ["https://creativecommons.org.evil.test/licenses/by/4.0/", null],
  ["https://creativecommons.org/licenses/by-foo/4.0/", null],
  ["https://creativecommons.org/publicdomain/by/4.0/", null],
  ["https://www.gnu.org/licenses/fdl-1.3.html", "GFDL-1.3-only"],
  ["https://www.gnu.org/copyleft/fdl.html", "LicenseRef-GFDL-unversioned"],
  ["https://www.gnu.org/licenses/old-licenses/gpl-2.0.en.html", "GPL-2.0-only"],
  ["https://www.gnu.org/licenses/gpl-faq.html", null],
  ["https://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0"],
  ["https://opensource.org/licenses/MIT", "MIT"],
  ["https://opensource.org/license/bsd-3-clause", "BSD-3-Clause"],
  ["https://opensource.org/licenses/alphabetical", null],
  ["https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/", "OGL-UK-3.0"],
  ["https://www.nationalarchives.gov.uk/doc/open-government-licence/", "LicenseRef-OGL-UK-unversioned"],
  ["https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0"],
  ["https://www.govdata.de/dl-de/by-2-0", "DL-DE-BY-2.0"],
  ["https://spdx.org/licenses/CC-BY-4.0.html", "CC-BY-4.0"],
  ["https://spdx.org/licenses/Made-Up-9.9.html", null],
  [
    "https://en.wikipedia.org/wiki/Wikipedia:Text_of_the_Creative_Commons_Attribution-ShareAlike_4.0_International_License",
    "CC-BY-SA-4.0",
  ],
  ["javascript:alert(1)//licenses", null],
  ["/imprint", null],
  ["", null],
];
for (const [url, id] of cases) {
  test(`the address ${JSON.stringify(url)} names ${id ?? "no licence"}`, () =>
    assert.equal(licenceOfUrl(url, base), id));
}

test("a relative address is a licence only on Creative Commons' own site", () => {
  assert.equal(licenceOfUrl("/licenses/by/4.0/", "https://creativecommons.org/mission/"), "CC-BY-4.0");
  assert.equal(licenceOfUrl("/licenses/by/4.0/", base), null);
});

test("a licence button names the tool that it shows", () => {
  const ids = [
    "https://i.creativecommons.org/l/by-nc/3.0/de/88x31.png",
    "https://licensebuttons.net/p/zero/1.0/80x15.png",
    "https://mirrors.creativecommons.org/presskit/buttons/88x31/png/by-sa.png",
    "https://creativecommons.org/images/public/somerights20.png",
    "https://licensebuttons.net/l/by/nc/4.0/88x31.png",
    "https://mirrors.creativecommons.org/presskit/buttons/88x31/png/by.nc.png",
    "https://licensebuttons.net/l/by/4.0/88x31.png?nc",
  ].map((url) => creativeCommonsToolOfButton(url));
  assert.deepEqual(
    ids.map((tool) => (tool === null ? null : creativeCommonsIdOf(tool))),
    ["CC-BY-NC-3.0-DE", "CC0-1.0", "LicenseRef-CC-BY-SA-unversioned", null, null, null, null],
  );
});

const units = [
  "BY",
  "BY-NC",
  "BY-NC-ND",
  "BY-NC-SA",
  "BY-ND",
  "BY-SA",
  "BY-ND-NC",
  "NC",
  "SA",
  "SAMPLING+",
  "DEVNATIONS",
];
const tools: fc.Arbitrary<CreativeCommonsTool> = fc
  .tuple(
    fc.constantFrom(...units),
    fc.constantFrom("1.0", "2.0", "2.1", "2.5", "3.0", "4.0", null),
    fc.constantFrom("DE", "IGO", "SCOTLAND", null),
  )
  .map(([unit, version, jurisdiction]) => ({ unit, version, jurisdiction: version === null ? null : jurisdiction }));

function addressOf({ unit, version, jurisdiction }: CreativeCommonsTool): string {
  const path = [unit, version, jurisdiction].filter((part) => part !== null).map((part) => part.toLowerCase());
  return `https://creativecommons.org/licenses/${path.join("/")}/`;
}

test("the address of any tool is read back as that tool, whatever its scheme, case, document, query or archive", () => {
  const before = fc.constantFrom("", "https://web.archive.org/web/2016/");
  const after = fc.constantFrom("", "deed.de", "legalcode", "rdf", "?ref=chooser-v1&x=/", "#fragment/by/4.0");
  const shape = fc.constantFrom<(url: string) => string>(
    (url) => url,
    (url) => url.toUpperCase(),
    (url) => url.replace("https:", ""),
    (url) => url.replace("https://", "http://www."),
    (url) => url.replace("/licenses/", "/licenses/ "),
  );
  fc.assert(
    fc.property(tools, before, after, shape, (tool, prefix, suffix, form) => {
      assert.deepEqual(creativeCommonsToolOf(prefix + form(addressOf(tool)) + suffix), tool);
    }),
  );
});

test("no text makes the address readers throw or name something that is no id", () => {
  const address = fc.oneof(
    fc.string(),
    fc.webUrl(),
    fc.string().map((path) => `https://creativecommons.org/licenses/${path}`),
  );
  fc.assert(
    fc.property(address, fc.oneof(fc.webUrl(), fc.string()), (href, baseUrl) => {
      const id = licenceOfUrl(href, baseUrl);
      assert.match(id ?? "CC0-1.0", /^[A-Za-z0-9.-]+$/);
    }),
  );
});
