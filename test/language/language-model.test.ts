import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";

import { PipelineError } from "../../src/core/errors.ts";
import { languageModelOf } from "../../src/language/language-model.ts";

const require = createRequire(import.meta.url);
const modelPath = require
  .resolve("fasttext.wasm.js")
  .replace(/fasttext\.wasm\.js\/dist\/.*/, "fasttext.wasm.js/dist/models/language-identification/assets/lid.176.ftz");
const languageOf = languageModelOf(readFileSync(modelPath));

/** Written for this test; the code is what a person would say. */
const texts: readonly (readonly [code: string, text: string])[] = [
  ["en", "The bridge was closed in the morning because the water had risen again."],
  ["de", "Die Brücke wurde am Morgen gesperrt, weil das Wasser wieder gestiegen war."],
  ["fr", "Le pont a été fermé ce matin parce que l'eau était encore montée."],
  ["es", "El puente se cerró por la mañana porque el agua había vuelto a subir."],
  ["pt", "A ponte foi fechada de manhã porque a água tinha subido outra vez."],
  ["it", "Il ponte è stato chiuso al mattino perché l'acqua era salita di nuovo."],
  ["nl", "De brug werd 's ochtends afgesloten omdat het water weer gestegen was."],
  ["sv", "Bron stängdes på morgonen eftersom vattnet hade stigit igen."],
  ["da", "Broen blev lukket om morgenen, fordi vandet var steget igen, og ingen vidste hvornår den åbner."],
  ["fi", "Silta suljettiin aamulla, koska vesi oli taas noussut."],
  ["pl", "Most zamknięto rano, ponieważ woda znowu się podniosła."],
  ["cs", "Most byl ráno uzavřen, protože voda znovu stoupla."],
  ["hu", "A hidat reggel lezárták, mert a víz ismét megemelkedett."],
  ["ro", "Podul a fost închis dimineața pentru că apa crescuse din nou."],
  ["tr", "Su yeniden yükseldiği için köprü sabah kapatıldı."],
  ["vi", "Cây cầu đã bị đóng vào buổi sáng vì nước lại dâng cao."],
  ["id", "Jembatan itu ditutup pada pagi hari karena air kembali naik."],
  ["ru", "Мост закрыли утром, потому что вода снова поднялась."],
  ["uk", "Міст закрили вранці, тому що вода знову піднялася."],
  ["bg", "Мостът беше затворен сутринта, защото водата отново се покачи."],
  ["el", "Η γέφυρα έκλεισε το πρωί επειδή το νερό είχε ανέβει ξανά."],
  ["ar", "أغلق الجسر في الصباح لأن الماء ارتفع مرة أخرى."],
  ["fa", "پل صبح بسته شد زیرا آب دوباره بالا آمده بود."],
  ["he", "הגשר נסגר בבוקר כי המים עלו שוב."],
  ["hi", "पुल सुबह बंद कर दिया गया क्योंकि पानी फिर बढ़ गया था।"],
  ["bn", "সকালে সেতুটি বন্ধ করা হয়েছিল কারণ জল আবার বেড়েছিল।"],
  ["ta", "தண்ணீர் மீண்டும் உயர்ந்ததால் காலையில் பாலம் மூடப்பட்டது."],
  ["th", "สะพานถูกปิดในตอนเช้าเพราะน้ำขึ้นอีกครั้ง"],
  ["ja", "水がまた増えたため、橋は朝に閉鎖されました。"],
  ["ko", "물이 다시 불어나서 아침에 다리가 폐쇄되었습니다."],
  ["zh", "因为水又涨了，这座桥早上被关闭了。"],
  ["et", "Sild suleti hommikul, sest vesi oli jälle tõusnud."],
  ["lt", "Tiltas ryte buvo uždarytas, nes vanduo vėl pakilo."],
  ["lv", "Tilts no rīta tika slēgts, jo ūdens atkal bija cēlies."],
  ["ka", "ხიდი დილით დაიკეტა, რადგან წყალი ისევ აიწია."],
  ["eu", "Zubia goizean itxi zuten, ura berriro igo zelako."],
];

test("the language of short texts in 36 languages is named", () => {
  assert.deepEqual(
    texts.map(([, text]) => languageOf(text).code),
    texts.map(([code]) => code),
  );
});

test("label and score are those of fastText itself", async () => {
  const { getLIDModel } = await import("fasttext.wasm.js");
  const oracle = await (await getLIDModel()).load();
  const odd = [
    "Hello",
    "http://example.org/?q=1",
    "a\tb\vc",
    "straße straße",
    "x ".repeat(500),
    "ÀÈ 123 ñ",
    "𝒜 𝒷",
    "</s> <b>",
  ];
  for (const text of [...texts.map(([, text]) => text), ...odd]) {
    const found = oracle.predict(text, 1, 0);
    const [probability, label] = found.get(0);
    found.delete();
    const guess = languageOf(text);
    assert.equal(guess.code, label.slice("__label__".length), text);
    assert.ok(Math.abs(guess.score - Math.min(1, probability)) < 0.001, `${text}: ${guess.score}, ${probability}`);
  }
});

test("text without letters is undetermined, with score 0", () => {
  for (const text of ["", " \n", "12 345,00 €", "👍👍 ---"])
    assert.deepEqual(languageOf(text), { code: "und", score: 0 });
});

test("line ends count as spaces, and the same text gives the same guess again", () => {
  assert.deepEqual(languageOf("Le pont\na été\r\nfermé ce matin"), languageOf("Le pont a été fermé ce matin"));
});

test("of a long text the start, middle and end are read", () => {
  const [german = "", english = ""] = [texts[1]?.[1].repeat(40), texts[0]?.[1].repeat(10)];
  assert.equal(languageOf(english + german + german).code, "de");
  assert.equal(languageOf("x".repeat(5_000_000)).score <= 1, true);
});

test("bytes that are no such model are refused with what to give", () => {
  const torn = readFileSync(modelPath).subarray(0, 50_000);
  for (const bytes of [new Uint8Array(0), Buffer.from("not a model at all"), torn]) {
    assert.throws(
      () => languageModelOf(bytes),
      (error) => error instanceof PipelineError && error.code === "config-invalid",
    );
  }
});
