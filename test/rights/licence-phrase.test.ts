import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { licencePhrasesIn } from "../../src/rights/licence-phrase.ts";
import { reservationsIn } from "../../src/rights/reservation.ts";
import { visibleTextOf } from "../../src/rights/visible-text.ts";

const cases: readonly (readonly [text: string, ids: readonly string[]])[] = [
  ["CC BY-SA 4.0", ["CC-BY-SA-4.0"]],
  ["cc-by-nc-nd 3.0 DE", ["CC-BY-NC-ND-3.0-DE"]],
  ["(CC BY 2.0)", ["CC-BY-2.0"]],
  ["CC0", ["CC0-1.0"]],
  ["CC-BY", ["LicenseRef-CC-BY-unversioned"]],
  ["(cc) by Jane Doe", []],
  ["a creative commons by the river", []],
  ["Creative Commons", []],
  ["Creative Commons Attribution 4.0 International License", ["CC-BY-4.0"]],
  [
    "Creative Commons Attribution-NonCommercial-ShareAlike 3.0 United States License",
    ["LicenseRef-CC-BY-NC-SA-3.0-US"],
  ],
  ["Creative Commons Attribution License", ["LicenseRef-CC-BY-unversioned"]],
  ["Creative Commons Attribution License (http://creativecommons.org/licenses/by/4.0/)", ["CC-BY-4.0"]],
  [
    "Creative Commons Attribution License (http://creativecommons.org/licenses/by-nc/4.0/)",
    ["LicenseRef-CC-BY-unversioned", "CC-BY-NC-4.0"],
  ],
  ["see https://creativecommons.org/licenses/by-sa/3.0/de/.", ["CC-BY-SA-3.0-DE"]],
  [
    "Creative Commons Namensnennung - Keine kommerzielle Nutzung - Keine Bearbeitung 3.0 Deutschland Lizenz",
    ["CC-BY-NC-ND-3.0-DE"],
  ],
  [
    "Creative Commons Paternité - Pas d'Utilisation Commerciale - Partage à l'identique 2.0 France",
    ["CC-BY-NC-SA-2.0-FR"],
  ],
  ["Creative Commons Reconocimiento-NoComercial-SinObraDerivada 4.0", ["CC-BY-NC-ND-4.0"]],
  ["Creative Commons Attribution-Whatever 4.0", []],
  ["CC-BY-Lizenz", ["LicenseRef-CC-BY-unversioned"]],
  ["知识共享 Creative Commons 署名-非商业性使用-相同方式共享 4.0", ["CC-BY-NC-SA-4.0"]],
  ["CC BY 2.0 / CC BY-SA 3.0", ["CC-BY-2.0", "CC-BY-SA-3.0"]],
  ["CC BY 3.0 at the bottom, de facto", ["CC-BY-3.0"]],
  ["GNU Free Documentation License, Version 1.2 or any later version", ["GFDL-1.2-or-later"]],
  ["GNU Free Documentation License, Version 1.2", ["GFDL-1.2-only"]],
  [
    "GNU General Public License as published by the Free Software Foundation; either version 2 of the License, or (at your option) any later version.",
    ["GPL-2.0-or-later"],
  ],
  ["the GPLv3", ["GPL-3.0-only"]],
  ["/usr/share/common-licenses/GPL-2", []],
  ["Apache License, Version 2.0", ["Apache-2.0"]],
  ["Open Government Licence v3.0", ["OGL-UK-3.0"]],
  ["dedicated to the public domain", ["LicenseRef-PublicDomain"]],
  ["dedicated to the public domain via CC0 1.0", ["CC0-1.0"]],
  ["a picture in the public domain", []],
  ["CC BY‐NC 4.0", ["CC-BY-NC-4.0"]],
  ["CC BY−NC 4.0", ["CC-BY-NC-4.0"]],
  ["CC–BY–NC–ND–4.0", ["CC-BY-NC-ND-4.0"]],
  ["CC.BY.NC.4.0", ["CC-BY-NC-4.0"]],
  ["cc_by_nc_sa_4.0", ["CC-BY-NC-SA-4.0"]],
  ["CC BY • NC • SA 4.0", ["CC-BY-NC-SA-4.0"]],
  ["CC BY (NC) 4.0", ["CC-BY-NC-4.0"]],
  ["CC BY + NC 4.0", ["CC-BY-NC-4.0"]],
  ["CCBYNC 4.0", ["CC-BY-NC-4.0"]],
  ["CC BY NCSA 4.0", ["CC-BY-NC-SA-4.0"]],
  ["CC BY \u{1F10F} \u229C 4.0", ["CC-BY-NC-ND-4.0"]],
  ["CC‑BY‑SA‑3.0‑DE", ["CC-BY-SA-3.0-DE"]],
  ["Creative\u00a0Commons Attribution•Non–Commercial•No.Derivs 4.0", ["CC-BY-NC-ND-4.0"]],
  ["Creative Commons Attribution - Utilisation non commerciale 4.0", ["CC-BY-NC-4.0"]],
  ["Creative Commons Erkännande – IckeKommersiell – DelaLika 4.0", ["CC-BY-NC-SA-4.0"]],
  ["Creative Commons 姓名標示─非商業性─禁止改作 3.0 台灣", ["CC-BY-NC-ND-3.0"]],
  ["Creative Commons Atribuição-Vedada a criação de obras derivadas 3.0", ["CC-BY-ND-3.0"]],
  ["Creative Commons BY-NC (Attribution-NonCommercial)", ["LicenseRef-CC-BY-NC-unversioned"]],
  ["CC BY — Jane Doe", ["LicenseRef-CC-BY-unversioned"]],
  ["CC BY 4.0. Noncommercial copies are cheap", ["CC-BY-4.0"]],
  ["CC BY 4.0, which permits commercial and non-commercial use", ["CC-BY-4.0"]],
  ["CC BY 4.0, which permits unrestricted use and derivative works", ["CC-BY-4.0"]],
  ["CC BY 4.0, Verlag Beispiel SA", ["CC-BY-4.0"]],
  ["CC BY-NC 4.0, for non-commercial use", ["CC-BY-NC-4.0"]],
  ["https://creativecommons.org/licenses/by/4.0/?ref=chooser-v1#deed", ["CC-BY-4.0"]],
  ["CC BY 4.0, pictures CC BY-NC 4.0", ["CC-BY-4.0", "CC-BY-NC-4.0"]],
  ["https://creativecommons.org/licenses/by‑nc/4.0/", ["CC-BY-NC-4.0"]],
  ["", []],
];
for (const [text, ids] of cases) {
  test(`${JSON.stringify(text)} names ${ids.join(" and ") || "no licence"}`, () => {
    assert.deepEqual(
      licencePhrasesIn(text).map(({ licence }) => licence),
      ids,
    );
  });
}

const unread = [
  "CC BY (Attribution) NC 4.0",
  "CC BY mit NC 4.0",
  "CC BY-SA, with ND, 4.0",
  "CC BY 4 NC",
  "CC BY N.C. 4.0",
  "CC BY ＮＣ 4.0",
  "CC BY-ＮＤ 4.0",
  "CC BY / BY-SA",
  "CC BY for non-commercial use",
  "CC BY 4.0 NC",
  "CC BY 4.0-nc",
  "CC BY 3.0 DE (ND)",
  "CC BY 4.0 International (NonCommercial)",
  "https://creativecommons.org/licenses/by•nc/4.0/",
  "https://creativecommons.org/licenses/by#nc",
  "https://creativecommons.org/licenses/by?nc",
  'https://creativecommons.org/licenses/by"nc',
  "https://creativecommons.org/licenses/by/4.0/?type=by-nd",
  "https://creativecommons.org/licenses/by/4.0/ with no derivatives",
  "CC BY 4.0 with no derivatives",
  "CC BY 4.0, but no derivatives are allowed",
  "CC BY 4.0 International License for non-commercial use only",
  "CC BY 4.0 with NC",
  "CC BY 4.0 (Attribution) NC",
  "Creative Commons Namensnennung ohne Veränderung 4.0",
  "CC BY 3.0 DE und ND",
  "CC BY 4.0 that may not be used for commercial purposes",
  "CC BY 4.0, commercial use is not allowed",
  "CC BY 4.0 ohne Bearbeitung",
  "Creative Commons Attribution 4.0 International, to be shared: share alike",
];
for (const text of unread) {
  test(`${text} names no licence, since what was not read restricts it`, () => {
    assert.deepEqual(
      licencePhrasesIn(text).map(({ licence }) => licence),
      [null],
    );
  });
}

const everyCharacter = Array.from({ length: 0x11_0000 }, (_, point) => point)
  .filter((point) => point < 0xd8_00 || point > 0xdf_ff)
  .map((point) => String.fromCodePoint(point));

test("whatever marks, spaces or invisible characters part its elements, no phrase names a freer licence", () => {
  const marks = everyCharacter.filter((one) => /[\p{P}\p{S}\p{Z}\p{Default_Ignorable_Code_Point}]/u.test(one));
  assert.ok(marks.length > 10_000);
  for (const mark of marks) {
    for (const text of [
      `CC BY${mark}NC 4.0`,
      `CC BY ${mark} ND`,
      `Creative Commons Attribution${mark}NonCommercial 4.0`,
    ]) {
      const [licence = null] = licencePhrasesIn(visibleTextOf(text)).map((phrase) => phrase.licence);
      assert.ok(licence === null || /-(?:NC|ND)-/.test(licence), `${JSON.stringify(text)} names ${licence}`);
    }
  }
  const dashes = marks.filter((one) => /\p{Pd}|[−⁃•·.]/u.test(one));
  for (const dash of dashes) {
    const text = `CC BY${dash}NC${dash}SA 4.0`;
    assert.deepEqual(
      licencePhrasesIn(text).map(({ licence }) => licence),
      ["CC-BY-NC-SA-4.0"],
      JSON.stringify(text),
    );
  }
});

test("NC, ND or SA behind whatever was not read is never left out", () => {
  const word = fc.constantFrom(
    "(Attribution)",
    "plus",
    "et",
    "1",
    "ＢＹ",
    "–",
    "·",
    ",",
    "\u200b",
    "«",
    "License",
    "v4",
    "with",
  );
  const element = fc.constantFrom("NC", "ND", "SA", "NonCommercial", "Keine Bearbeitung", "ShareAlike", "継承", "ＮＣ");
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 4 }),
      element,
      fc.constantFrom("", " 4.0"),
      (words, restriction, version) => {
        const text = ["CC BY", ...words, `${restriction}${version}`].join(" ");
        const named = licencePhrasesIn(visibleTextOf(text)).flatMap(({ licence }) => licence ?? []);
        assert.ok(
          named.every((licence) => /-(?:NC|ND|SA)-/.test(licence)),
          `${JSON.stringify(text)} names ${named.join()}`,
        );
      },
    ),
    { numRuns: 1000 },
  );
});

const reserved = [
  "All rights reserved.",
  "Alle Rechte vorbehalten",
  "Tous droits réservés",
  "Todos los derechos reservados",
  "Tutti i diritti riservati",
  "Все права защищены",
  "版权所有",
  "Nachdruck, auch auszugsweise, nur mit Genehmigung",
  "This material may not be reproduced without written permission",
];
for (const text of reserved) test(`${text} reserves all rights`, () => assert.equal(reservationsIn(text).length, 1));
for (const text of ["© 2024 Jane Doe", "Some rights reserved", "human rights", "einige Rechte vorbehalten", ""]) {
  test(`${JSON.stringify(text)} does not reserve all rights`, () => assert.deepEqual(reservationsIn(text), []));
}

test("phrases lie inside the text, in order of their start, whatever the text", () => {
  const word = fc.constantFrom(
    "Creative Commons",
    "CC",
    "BY",
    "by",
    "-",
    " ",
    "NC",
    "4.0",
    "GPL",
    "version 2",
    "License",
    "creativecommons.org/licenses/",
    "(",
    "dedicated",
    "public domain",
    "Ω",
    "\n",
  );
  const text = fc.oneof(fc.string({ unit: word, maxLength: 60 }), fc.string());
  fc.assert(
    fc.property(text, (value) => {
      const phrases = licencePhrasesIn(value);
      let last = 0;
      for (const { start, end } of phrases) {
        assert.ok(last <= start && start < end && end <= value.length);
        last = start;
      }
      assert.ok(reservationsIn(value).every(({ start, end }) => start < end && end <= value.length));
    }),
  );
});
