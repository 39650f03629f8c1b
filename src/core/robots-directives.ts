/** A directive of `X-Robots-Tag` or `meta name=robots`. */
export interface RobotsDirective {
  /** Lower case, `*` when it is addressed to all. */
  readonly agent: string;
  /** As written, white space trimmed. */
  readonly text: string;
}

/** Directives that take a value after a colon; any other word before a colon is an agent. */
const withValue = new Set(["unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"]);
const agentName = /^[a-z0-9._/*-]{1,64}$/;
const directiveLimit = 200;

/**
 * Splits a list of robots directives at its commas; an `agent:` prefix holds for all that follows it up to the next one.
 * The commas in a date of `unavailable_after` end no directive. Source: Google, "Robots meta tag" reference.
 */
export function robotsDirectivesOf(value: string, defaultAgent: string): RobotsDirective[] {
  let agent = defaultAgent;
  const directives: RobotsDirective[] = [];
  for (const part of value.split(",", directiveLimit)) {
    let text = part.trim();
    const colon = text.indexOf(":");
    const prefix = text.slice(0, Math.max(0, colon)).trim().toLowerCase();
    const previous = directives.at(-1);
    if (previous !== undefined && isDate(previous.text) && continuesDate(text)) {
      directives[directives.length - 1] = { agent: previous.agent, text: `${previous.text}, ${text}` };
      continue;
    }
    if (colon !== -1 && !withValue.has(prefix) && agentName.test(prefix)) {
      agent = prefix;
      text = text.slice(colon + 1).trim();
    }
    if (text !== "") directives.push({ agent, text });
  }
  return directives;
}

function isDate(text: string): boolean {
  return /^unavailable_after\s*:/i.test(text);
}

function continuesDate(text: string): boolean {
  return /^\d/.test(text);
}
