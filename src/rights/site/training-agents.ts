/**
 * Agents that gather texts for training models or for data sets of it, as robots.txt names them, in lower case. A site that
 * refuses one of them its pages reserves them. Agents that fetch a page to answer a question are not among them. Source:
 * ai-robots-txt/ai.robots.txt, robots.json, by its column of functions.
 */
export const trainingAgents: ReadonlySet<string> = new Set(
  [
    "ai2bot ai2bot-dolma amazonbot anthropic-ai applebot-extended bytespider ccbot chatglm-spider claudebot claude-web",
    "cohere-ai cohere-training-data-crawler cotoyogi deepseekbot diffbot facebookbot factset_spyderbot friendlycrawler",
    "google-extended gptbot icc-crawler imagesiftbot img2dataset isscyberriskcrawler kangaroo",
    "laion-huggingface-processor laiondownloader lcc meta-externalagent omgili omgilibot pangubot sbintuitionsbot",
    "tiktokspider timpibot velenpublicwebcrawler webzio-extended yandexadditional yandexadditionalbot",
  ].flatMap((line) => line.split(" ")),
);
