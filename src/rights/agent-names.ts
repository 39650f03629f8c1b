import { trainingAgents } from "./site/training-agents.ts";

/**
 * Agents that publishers address: crawlers of search engines, of archives and of models. A policy that names another one
 * may be right, but is asked about it. Source: the pages in which their operators name them, as of 2026.
 */
export const agentNames: readonly string[] = [
  "*",
  ...trainingAgents,
  ..."applebot archive.org_bot baiduspider bingbot bingpreview chatgpt-user claude-searchbot".split(" "),
  ..."claude-user colophon duckassistbot duckduckbot facebookexternalhit google-cloudvertexbot".split(" "),
  ..."googlebot googlebot-image googlebot-news googlebot-video googleother googleother-image".split(" "),
  ..."googleother-video ia_archiver kagibot meta-externalfetcher mistralai-user mojeekbot msnbot".split(" "),
  ..."oai-searchbot perplexity-user perplexitybot petalbot qwantbot semrushbot seznambot slurp".split(" "),
  ..."sogou twitterbot yandex yandexbot yeti yisouspider youbot".split(" "),
];
