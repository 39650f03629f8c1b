import { type CompiledRule, type RobotsRules, escapedPath, specialsDecoded, unreservedDecoded } from "./compile.ts";

/** Whether the path may be fetched, and which line says so. */
export interface RobotsVerdict {
  readonly allowed: boolean;
  /**
   * `rule`: a line decided; `no-rule`: none matches; `robots-txt`: the state of the file itself; `too-complex`:
   * matching the file's rules would cost too much, which counts as a refusal.
   */
  readonly reason: "rule" | "no-rule" | "robots-txt" | "too-complex";
  readonly lineNumber: number | null;
}

/**
 * Character steps that one path may cost, about 10 ms. The worst file that was not made to attack needs less than a
 * hundredth of it.
 */
const maxSteps = 4_000_000;
const robotsPath = /^\/robots\.txt(?:\?|$)/;

/** What may still be spent on matching; several rule sets that are asked about one path can share one. */
export interface StepBudget {
  left: number;
}

/** What one path may cost. */
export function stepBudget(): StepBudget {
  return { left: maxSteps };
}

/**
 * Judges a path with its query as it is sent (`/a?b=c`). The longest pattern that matches decides, an allowing one before a
 * refusing one of the same length. Source: RFC 9309, 2.2.2 and 2.2.3.
 */
export function robotsVerdict(rules: RobotsRules, pathAndQuery: string, budget = stepBudget()): RobotsVerdict {
  if (robotsPath.test(pathAndQuery)) return { allowed: true, reason: "robots-txt", lineNumber: null };
  const { rule, tooComplex } = matchOf(rules.rules, pathAndQuery, budget);
  if (rule === null) return { allowed: true, reason: "no-rule", lineNumber: null };
  if (tooComplex) return { allowed: false, reason: "too-complex", lineNumber: rule.lineNumber };
  return { allowed: rule.allow, reason: "rule", lineNumber: rule.lineNumber };
}

/** A rule that matches, or at which the budget ran out. */
export interface RuleMatch {
  readonly rule: CompiledRule | null;
  readonly tooComplex: boolean;
}

/** The first rule that matches a path with its query as it is sent, in either spelling if it refuses. */
export function matchOf(rules: readonly CompiledRule[], pathAndQuery: string, budget: StepBudget): RuleMatch {
  const path = specialsDecoded(escapedPath(pathAndQuery));
  const plain = unreservedDecoded(path);
  for (const rule of rules) {
    budget.left -= matchCost(rule, path);
    if (budget.left < 0) return { rule, tooComplex: true };
    if (matches(rule, path) || (!rule.allow && plain !== path && matches(rule, plain)))
      return { rule, tooComplex: false };
  }
  return { rule: null, tooComplex: false };
}

/** An upper bound, known before any work is done. Rules whose first piece does not match cost almost nothing. */
function matchCost({ pieces }: CompiledRule, path: string): number {
  const [first = ""] = pieces;
  if (pieces.length === 1 || !path.startsWith(first)) return 1;
  return searchCost(pieces, path.length);
}

/** Taking the first match of each piece is enough: a later match leaves less of the path for the pieces after it. */
function matches({ pieces, anchored }: CompiledRule, path: string): boolean {
  const [first = ""] = pieces;
  if (!path.startsWith(first)) return false;
  const lastIndex = pieces.length - 1;
  if (lastIndex === 0) return !anchored || path.length === first.length;
  let at = first.length;
  for (let index = 1; index < lastIndex; index += 1) {
    const piece = pieces[index] ?? "";
    const found = indexOfPiece(path, piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  const last = pieces[lastIndex] ?? "";
  return anchored ? path.length - last.length >= at && path.endsWith(last) : indexOfPiece(path, last, at) >= 0;
}

/** Up to this length `indexOf` is used, which may compare every character of a piece at every position. */
const shortPiece = 8;

/** An upper bound on the steps that searching for the pieces after the first can take. */
export function searchCost(pieces: readonly string[], textLength: number): number {
  let longest = 0;
  let characters = 0;
  for (let index = 1; index < pieces.length; index += 1) {
    const { length } = pieces[index] ?? "";
    longest = Math.max(longest, length);
    characters += length;
  }
  return textLength * Math.min(longest, shortPiece) + 8 * pieces.length + characters;
}

/**
 * The first index of the piece at or after `from`, or -1, in time linear in the text. Source: Knuth, Morris and Pratt
 * 1977, Fast Pattern Matching in Strings, SIAM Journal on Computing 6(2).
 */
export function indexOfPiece(text: string, piece: string, from: number): number {
  if (piece.length <= shortPiece) return text.indexOf(piece, from);
  if (text.length - from < piece.length) return -1;
  const borders = bordersOf(piece);
  let matched = 0;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    while (matched > 0 && piece.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (piece.charCodeAt(matched) === code) matched += 1;
    if (matched === piece.length) return at - matched + 1;
  }
  return -1;
}

/** For each prefix, the length of the longest shorter prefix that also ends it. */
function bordersOf(piece: string): Uint16Array {
  const borders = new Uint16Array(piece.length);
  let border = 0;
  for (let at = 1; at < piece.length; at += 1) {
    const code = piece.charCodeAt(at);
    while (border > 0 && piece.charCodeAt(border) !== code) border = borders[border - 1] ?? 0;
    if (piece.charCodeAt(border) === code) border += 1;
    borders[at] = border;
  }
  return borders;
}
