import type { SignalKind } from "../evidence-kind.ts";
import { robotsSignals } from "../robots-signals.ts";

/** Agents that pages address by a `meta` element of their own name. */
const agents = new Set(
  [
    "googlebot googlebot-news google-extended bingbot msnbot slurp duckduckbot yandex yandexbot baiduspider applebot",
    "applebot-extended gptbot oai-searchbot chatgpt-user ccbot claudebot claude-web anthropic-ai amazonbot bytespider",
    "colophon perplexitybot facebookbot meta-externalagent cohere-ai ai2bot diffbot omgili omgilibot petalbot archive.org_bot ia_archiver",
  ].flatMap((line) => line.split(" ")),
);

/** `meta name=robots`, and the same with the name of one agent. */
export const metaRobots = {
  name: "meta-robots",
  revision: 2,
  source: "Google, robots meta tag reference; noml.info; ai-robots-txt/ai.robots.txt (names)",
  read({ page }) {
    return page.metas
      .filter(({ name }) => name === "robots" || agents.has(name))
      .flatMap(({ name, content }) =>
        robotsSignals(content, {
          kind: "meta-robots",
          carrier: "meta",
          place: `meta:${name}`,
          agent: name === "robots" ? "*" : name,
        }),
      );
  },
} as const satisfies SignalKind;
