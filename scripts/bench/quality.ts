/**
 * How fast texts are split and measured by all rules, on gold texts of real pages, beside the split alone and beside
 * `split(/\s+/)`, in one run: `node scripts/bench/quality.ts [WARC with gold texts]`
 */
import { measurementsOf } from "../../src/quality/measure.ts";
import { rules } from "../../src/quality/registry.ts";
import { textViewOf } from "../../src/quality/text-view.ts";
import { extractionSet, goldPages } from "./archived-pages.ts";
import { leastCpuSeconds } from "./cpu.ts";

const texts = Array.from(goldPages(process.argv[2] ?? extractionSet).values(), ({ text }) => text);
const characters = texts.reduce((sum, { length }) => sum + length, 0);
const english = { code: "en", score: 1 };

const contenders: Readonly<Record<string, (text: string) => unknown>> = {
  "split at white space": (text) => text.split(/\s+/),
  "text view": (text) => textViewOf(text, english),
  [`text view and ${rules.length} rules`]: (text) => measurementsOf(textViewOf(text, english), rules),
};

console.log(`${texts.length} texts, ${Math.round(characters / texts.length)} code units on average`);
const rows = Object.entries(contenders).map(([name, measure]) => {
  const seconds = leastCpuSeconds(5, () => texts.forEach(measure));
  return {
    name,
    seconds,
    pagesPerCpuSecond: Math.round(texts.length / seconds),
    microsecondsPer10k: (seconds / characters) * 1e10,
  };
});
const view = rows[1]?.seconds ?? Number.NaN;
console.table(
  rows.map(({ name, seconds, pagesPerCpuSecond, microsecondsPer10k }) => ({
    name,
    "pages/CPU-s": pagesPerCpuSecond,
    "us per 10,000 code units": Math.round(microsecondsPer10k),
    "times the view": Number((seconds / view).toFixed(2)),
  })),
);

const microseconds = new Map<string, number>();
for (const text of texts) {
  const seen = textViewOf(text, english);
  for (const { name, measure } of rules) {
    const start = performance.now();
    measure(seen);
    microseconds.set(name, (microseconds.get(name) ?? 0) + (performance.now() - start) * 1e3);
  }
}
console.log("by rule, in microseconds per 10,000 code units; what several rules share is paid by the first of them");
for (const [name, sum] of microseconds) console.log(name.padEnd(46), ((sum / characters) * 1e4).toFixed(1).padStart(7));
