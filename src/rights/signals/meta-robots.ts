import type { Meta } from "../../core/page.ts";
import type { SeenSignal } from "../../core/rights.ts";
import { robotsCarrierOf, robotsNamesOf } from "../../core/robots-names.ts";
import { agentNames } from "../agent-names.ts";
import { eachOnce } from "../each-once.ts";
import type { SignalKind } from "../evidence-kind.ts";
import { cut, quoteLength } from "../quote.ts";
import { robotsSignals } from "../robots-signals.ts";

/** Agents that pages address by a `meta` element of their own name, and `*`. */
const agents: ReadonlySet<string> = new Set(agentNames);

/**
 * `meta name=robots`, `http-equiv=X-Robots-Tag`, and the same with the names of agents; an element may name several. A name
 * of no known agent says nothing.
 */
export const metaRobots = {
  name: "meta-robots",
  revision: 3,
  source: "Google, robots meta tag reference; noml.info; ai-robots-txt/ai.robots.txt (names)",
  read({ page }) {
    const found: SeenSignal[] = [];
    const said = new Set<string>();
    for (const meta of page.metas) {
      const names = namesIn(meta);
      if (names.length > 1) addForEach(signalsOf(meta, "*"), names, { found, said });
      else for (const name of names) for (const signal of signalsOf(meta, name)) found.push(signal);
    }
    return found;
  },
} as const satisfies SignalKind;

/** Whom an element addresses; nobody when none of its names is known. */
function namesIn({ name }: Meta): readonly string[] {
  const names = robotsNamesOf(name);
  return names.every(isKnown) ? names : names.filter(isKnown);
}

const isKnown = (name: string): boolean => agents.has(name);

function signalsOf({ name, content }: Meta, agent: string): SeenSignal[] {
  const carrier = robotsCarrierOf(name);
  return robotsSignals(content, { kind: "meta-robots", carrier, place: cut(`meta:${name}`, quoteLength), agent });
}

/** What was found, and what of it was said to several: a page of many such elements must not multiply it. */
interface Found {
  readonly found: SeenSignal[];
  readonly said: Set<string>;
}

function addForEach(signals: readonly SeenSignal[], names: readonly string[], { found, said }: Found): void {
  for (const signal of eachOnce(signals)) {
    for (const agent of names) {
      const words = `${signal.preference} ${signal.value} ${agent}`;
      if (said.has(words)) continue;
      said.add(words);
      found.push({ ...signal, agent });
    }
  }
}
