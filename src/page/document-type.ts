/** Where in a document a piece of it begins; all that is to be known between two chunks. */
interface Prolog {
  /** `done` from the root element on, after which nothing is looked at. */
  state: "text" | "markup" | "instruction" | "comment" | "type" | "done";
  /** Of `markup`: what was read since the `<`, too short to say what it is. */
  held: string;
  /** Of the other states: the last characters, which may be the beginning of what ends them. */
  last: string;
  /** Of `type`: the quotation mark, comment or instruction inside of which nothing ends it. */
  inside: "" | '"' | "'" | "-->" | "?>";
  /** Of `type`: brackets that are open. */
  depth: number;
  /** Of `type`: characters of it so far. */
  length: number;
}

/** Characters after which a document type that does not end is taken for none. */
const longest = 1 << 20;
const opening = "<!doctype";

/**
 * Takes the document type out of an XML document, which comes in chunks: a tokenizer of HTML ends one at its first `>`, be it
 * in quotes or in a nested declaration, and would read the rest as elements. Source: XML 1.0, production 28.
 */
export function withoutDocumentType(): (chunk: string) => string {
  const prolog: Prolog = { state: "text", held: "", last: "", inside: "", depth: 0, length: 0 };
  return (chunk) => {
    let kept = "";
    for (let at = 0; at < chunk.length && prolog.state !== "done"; at++) {
      // Long runs in which nothing can begin or end are taken as they are.
      const run = runOf(prolog, chunk, at);
      kept += run;
      at += run.length;
      if (at < chunk.length) kept += read(prolog, chunk.charAt(at));
      if (isDone(prolog)) return kept + chunk.slice(at + 1);
    }
    return prolog.state === "done" ? chunk : kept;
  };
}

function isDone({ state }: Prolog): boolean {
  return state === "done";
}

/** The characters from `at` on that are kept and change nothing but what was read last. */
function runOf(prolog: Prolog, chunk: string, at: number): string {
  const { state } = prolog;
  if (state === "markup" || state === "type") return "";
  const next = chunk.indexOf(state === "text" ? "<" : ">", at);
  const run = chunk.slice(at, next < 0 ? chunk.length : next);
  if (run !== "" && state !== "text") prolog.last = (prolog.last + run.slice(-4)).slice(-4);
  return run;
}

/** @returns what of the document the character adds to what is kept */
function read(prolog: Prolog, character: string): string {
  switch (prolog.state) {
    case "text":
      if (character !== "<") return character;
      prolog.state = "markup";
      prolog.held = character;
      return "";
    case "markup":
      return markup(prolog, character);
    case "instruction":
    case "comment":
      if (endsWith(prolog, character, prolog.state === "comment" ? "-->" : "?>")) prolog.state = "text";
      return character;
    case "type":
      return documentType(prolog, character);
    case "done":
      break;
  }
  return character;
}

function markup(prolog: Prolog, character: string): string {
  const held = prolog.held + character;
  prolog.held = held;
  prolog.last = "";
  if (held === "<?") prolog.state = "instruction";
  else if (held === "<!--") prolog.state = "comment";
  else if (held.toLowerCase() === opening) {
    Object.assign(prolog, { state: "type", inside: "", depth: 0, length: 0 });
    return "";
  } else if (opening.startsWith(held.toLowerCase()) || held === "<!-") return "";
  else prolog.state = "done";
  return held;
}

function documentType(prolog: Prolog, character: string): string {
  const { inside } = prolog;
  prolog.length++;
  if (inside === '"' || inside === "'") {
    if (character === inside) prolog.inside = "";
  } else if (inside !== "") {
    if (endsWith(prolog, character, inside)) prolog.inside = "";
  } else if (endsWith(prolog, character, "<!--")) begin(prolog, "-->");
  else if (prolog.last.endsWith("<?")) begin(prolog, "?>");
  else if (character === '"' || character === "'") begin(prolog, character);
  else if (character === "[") prolog.depth++;
  else if (character === "]") prolog.depth--;
  else if (character === ">" && prolog.depth <= 0) prolog.state = "done";
  if (prolog.length > longest) prolog.state = "done";
  return "";
}

function begin(prolog: Prolog, inside: Prolog["inside"]): void {
  prolog.inside = inside;
  prolog.last = "";
}

function endsWith(prolog: Prolog, character: string, words: string): boolean {
  prolog.last = (prolog.last + character).slice(-4);
  return prolog.last.endsWith(words);
}
