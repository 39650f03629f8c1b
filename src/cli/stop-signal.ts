import { exitStatuses } from "../core/errors.ts";

/** Aborted by the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once. */
export function stopSignal(words: NodeJS.WritableStream): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitStatuses.interrupted.code);
      words.write("\ncolophon: stopping cleanly after the work in hand; press Ctrl-C again to stop at once\n");
      controller.abort();
    });
  }
  return controller.signal;
}
