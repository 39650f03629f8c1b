import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { licencePhrasesIn } from "../../src/rights/licence-phrase.ts";
import { reservationsIn } from "../../src/rights/reservation.ts";

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
  ["Creative Commons Namensnennung ohne Veränderung 4.0", []],
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
