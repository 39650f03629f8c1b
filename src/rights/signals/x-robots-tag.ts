import type { SignalKind } from "../evidence-kind.ts";
import { headerValues } from "../header-values.ts";
import { robotsSignals } from "../robots-signals.ts";

/** The HTTP header `X-Robots-Tag`, which may occur several times and address single agents. */
export const xRobotsTag = {
  name: "x-robots-tag",
  revision: 3,
  source: "Google, X-Robots-Tag reference; DeviantArt 2022 (noai, noimageai); noml.info",
  read(view) {
    return headerValues(view, "x-robots-tag").flatMap((value) =>
      robotsSignals(value, { kind: "x-robots-tag", carrier: "header", place: "http-header:x-robots-tag", agent: "*" }),
    );
  },
} as const satisfies SignalKind;
