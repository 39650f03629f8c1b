import { MultiBar, Presets, type SingleBar } from "cli-progress";

import { onceEvery } from "../async/throttle.ts";
import type { Io } from "./command.ts";

/** A display of long work: a bar on a terminal, a line now and then elsewhere. */
export interface Progress extends Disposable {
  /** @param done and `total` in the same unit; `words` is what stands behind the bar, short */
  readonly show: (label: string, done: number, total: number, words: string) => void;
}

/** Plain lines come at most this often. */
const lineEveryMs = 5_000;

/** @param quiet shows nothing at all */
export function progressDisplay(io: Io, quiet: boolean): Progress {
  if (quiet) return { show: () => undefined, [Symbol.dispose]: () => undefined };
  return io.terminal ? barDisplay(io) : lineDisplay(io);
}

function barDisplay(io: Io): Progress {
  const bars = new MultiBar(
    {
      stream: io.err,
      format: "{label} [{bar}] {percentage}% | {words}{left}",
      hideCursor: true,
      clearOnComplete: false,
      gracefulExit: false,
    },
    Presets.legacy,
  );
  const byLabel = new Map<string, { readonly bar: SingleBar; readonly startedMs: number }>();
  return {
    show(label, done, total, words) {
      const known = byLabel.get(label) ?? {
        bar: bars.create(total, 0, { label: label.padEnd(8), words, left: "" }),
        startedMs: performance.now(),
      };
      byLabel.set(label, known);
      known.bar.setTotal(total);
      known.bar.update(done, { words, left: leftInWords(known.startedMs, done, total) });
    },
    [Symbol.dispose]: () => bars.stop(),
  };
}

function lineDisplay(io: Io): Progress {
  const startedMs = new Map<string, number>();
  const isDue = onceEvery(lineEveryMs);
  return {
    show(label, done, total, words) {
      if (!isDue(label) && done !== total) return;
      const nowMs = performance.now();
      if (!startedMs.has(label)) startedMs.set(label, nowMs);
      const percent = total === 0 ? 100 : (done / total) * 100;
      const left = leftInWords(startedMs.get(label) ?? nowMs, done, total);
      io.err.write(`${label}: ${percent.toFixed(0)} %, ${words}${left}\n`);
    },
    [Symbol.dispose]: () => undefined,
  };
}

/** `, about 3 min left`; nothing while too little is done to tell. */
function leftInWords(startedMs: number, done: number, total: number): string {
  const share = total === 0 ? 1 : done / total;
  const elapsedS = (performance.now() - startedMs) / 1000;
  if (share < 0.02 || share >= 1 || elapsedS < 1) return "";
  const leftS = (elapsedS / share) * (1 - share);
  if (leftS < 90) return `, about ${Math.ceil(leftS)} s left`;
  return leftS < 5400 ? `, about ${Math.round(leftS / 60)} min left` : `, about ${Math.round(leftS / 3600)} h left`;
}

/** `12.3 MB`, for people. */
export function bytesInWords(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step] ?? "B"}`;
}
