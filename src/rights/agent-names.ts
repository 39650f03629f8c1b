/**
 * Agents that publishers address: crawlers of search engines, of archives and of models. A policy that names another one
 * may be right, but is asked about it. Source: the pages in which their operators name them, as of 2026.
 */
export const agentNames: readonly string[] = [
  "*",
  ..."ai2bot ai2bot-dolma amazonbot anthropic-ai applebot applebot-extended archive.org_bot".split(" "),
  ..."baiduspider bingbot bingpreview bytespider ccbot chatgpt-user claude-searchbot claude-user claude-web".split(" "),
  ..."claudebot cohere-ai cohere-training-data-crawler colophon diffbot duckassistbot duckduckbot".split(" "),
  ..."facebookbot facebookexternalhit google-cloudvertexbot google-extended googlebot googlebot-image".split(" "),
  ..."googlebot-news googlebot-video googleother googleother-image googleother-video gptbot ia_archiver".split(" "),
  ..."icc-crawler imagesiftbot kagibot meta-externalagent meta-externalfetcher mistralai-user mojeekbot".split(" "),
  ..."msnbot oai-searchbot omgili omgilibot pangubot perplexity-user perplexitybot petalbot qwantbot".split(" "),
  ..."semrushbot seznambot slurp sogou timpibot twitterbot velenpublicwebcrawler webzio-extended".split(" "),
  ..."yandex yandexbot yeti yisouspider youbot".split(" "),
];
