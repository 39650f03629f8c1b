import { MultiBar, Presets, type SingleBar } from "cli-progress";

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
      format: "{label} [{bar}] {percentage}% | {words} | {eta_formatted} left",
      hideCursor: true,
      clearOnComplete: false,
      gracefulExit: false,
      etaBuffer: 20,
    },
    Presets.legacy,
  );
  const byLabel = new Map<string, SingleBar>();
  return {
    show(label, done, total, words) {
      const known = byLabel.get(label) ?? bars.create(total, 0, { label: label.padEnd(8), words });
      byLabel.set(label, known);
      known.setTotal(total);
      known.update(done, { words });
    },
    [Symbol.dispose]: () => bars.stop(),
  };
}

function lineDisplay(io: Io): Progress {
  const started = performance.now();
  let lastMs = -Infinity;
  let lastLabel = "";
  return {
    show(label, done, total, words) {
      const nowMs = performance.now();
      const due = nowMs - lastMs >= lineEveryMs || label !== lastLabel || done === total;
      if (!due) return;
      lastMs = nowMs;
      lastLabel = label;
      const share = total === 0 ? 0 : done / total;
      const leftS = share === 0 ? null : ((nowMs - started) / 1000 / share) * (1 - share);
      const left = leftS === null || share === 1 ? "" : `, about ${Math.ceil(leftS)} s left`;
      io.err.write(`${label}: ${(share * 100).toFixed(0)} %, ${words}${left}\n`);
    },
    [Symbol.dispose]: () => undefined,
  };
}

/** `12.3 MB`, for people. */
export function bytesInWords(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step] ?? "B"}`;
}
