import type { PipelineError } from "./errors.ts";

/**
 * Checks a JSON value that comes from outside and returns it, typed. Members that the shape does not name are kept.
 * @param at path of the value, for the message: `spec.rows[3].url`; `null`: the message is not needed
 */
export type Shape<T> = (value: unknown, at: string | null) => T;

/** The type of the values that a shape accepts. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

type Members = Readonly<Record<string, Shape<unknown>>>;
type ObjectOf<All extends Members> = { readonly [Name in keyof All]: Shaped<All[Name]> };

/** Says what is wrong with a value; `checked` and `parsed` turn it into the caller's error. */
class ShapeFault extends Error {}

/** @throws what `refuse` makes of the first thing that is wrong with the value */
export function checked<T>(shape: Shape<T>, value: unknown, refuse: (why: string) => PipelineError): T {
  try {
    return named(shape, value);
  } catch (error) {
    throw error instanceof ShapeFault ? refuse(error.message) : error;
  }
}

/** Paths are built only for a value that is wrong: building them takes longer than the checks themselves. */
function named<T>(shape: Shape<T>, value: unknown): T {
  try {
    return shape(value, null);
  } catch {
    return shape(value, "");
  }
}

/** @returns `null` for a text that is not JSON of this shape */
export function parsedOrNull<T>(shape: Shape<T>, json: string): T | null {
  try {
    return shape(JSON.parse(json), null);
  } catch (error) {
    if (error instanceof ShapeFault || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Checks a text that should be JSON. @throws what `refuse` makes of the first thing that is wrong with it */
export function parsed<T>(shape: Shape<T>, json: string, refuse: (why: string) => PipelineError): T {
  return checked(shape, valueOf(json, refuse), refuse);
}

function valueOf(json: string, refuse: (why: string) => PipelineError): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw refuse("it is not JSON");
  }
}

function fault(at: string | null, what: string): ShapeFault {
  return new ShapeFault(`${at === null || at === "" ? "it" : at} is not ${what}`);
}

export const text: Shape<string> = (value, at) => {
  if (typeof value !== "string") throw fault(at, "a text");
  return value;
};

/** 64 lower-case hexadecimal digits. */
export const sha256: Shape<string> = (value, at) => {
  if (typeof value !== "string" || !/^[0-9a-f]{64}$/.test(value)) throw fault(at, "a SHA-256 in lower-case hex");
  return value;
};

export const flag: Shape<boolean> = (value, at) => {
  if (typeof value !== "boolean") throw fault(at, "true or false");
  return value;
};

/** JSON has no infinity, but `1e999` is read as one. */
export const number: Shape<number> = (value, at) => {
  if (typeof value !== "number" || !Number.isFinite(value)) throw fault(at, "a number");
  return value;
};

export const textOrNumber: Shape<string | number> = (value, at) => {
  if (typeof value !== "string" && typeof value !== "number") throw fault(at, "a text or a number");
  return value;
};

/** A whole number from 0 to 2^53 - 1. */
export const count: Shape<number> = (value, at) => {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw fault(at, "a whole number from 0 on");
  return value;
};

/** A whole number from 0 to `most`. */
export function countTo(most: number): Shape<number> {
  return (value, at) => {
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0 || value > most)
      throw fault(at, `a whole number from 0 to ${most}`);
    return value;
  };
}

/** A name that can stand in a path: at most 64 letters, digits, `_` and `-`. */
export const word: Shape<string> = (value, at) => {
  if (typeof value !== "string" || !/^[A-Za-z0-9_-]{1,64}$/.test(value)) throw fault(at, "a word");
  return value;
};

export function oneOf<const T extends string>(values: readonly T[]): Shape<T> {
  return (value, at) => {
    const known = values.find((one) => one === value);
    if (known === undefined) throw fault(at, `one of ${values.join(", ")}`);
    return known;
  };
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, at) => (value === null ? null : shape(value, at));
}

export function listOf<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw fault(at, "a list");
    for (let index = 0; index < value.length; index++) shape(value[index], at === null ? null : `${at}[${index}]`);
    return value as readonly T[];
  };
}

/** A list that begins with these, in this order; items after them are kept. */
export function tupleOf<const All extends readonly Shape<unknown>[]>(
  ...shapes: All
): Shape<{ readonly [At in keyof All]: Shaped<All[At]> }> {
  return (value, at) => {
    if (!Array.isArray(value)) throw fault(at, "a list");
    for (const [index, shape] of shapes.entries()) shape(value[index], `${at}[${index}]`);
    // Each of its values was looked at above.
    return value as unknown as { readonly [At in keyof All]: Shaped<All[At]> };
  };
}

/** An object with members of any name. */
export function mapOf<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, at) => {
    if (!isObject(value)) throw fault(at, "an object");
    for (const name of Object.keys(value)) shape(value[name], under(at, name));
    return value as Readonly<Record<string, T>>;
  };
}

export function object<Required extends Members>(required: Required): Shape<ObjectOf<Required>> {
  return objectWith(required, {});
}

/** @param optional members that may be left out */
export function objectWith<Required extends Members, Optional extends Members>(
  required: Required,
  optional: Optional,
): Shape<ObjectOf<Required> & Partial<ObjectOf<Optional>>> {
  const [always, sometimes] = [Object.entries(required), Object.entries(optional)];
  return (value, at) => {
    if (!isObject(value)) throw fault(at, "an object");
    for (const [name, shape] of always) shape(value[name], under(at, name));
    for (const [name, shape] of sometimes) {
      if (value[name] !== undefined) shape(value[name], under(at, name));
    }
    return value as ObjectOf<Required> & Partial<ObjectOf<Optional>>;
  };
}

function under(at: string | null, name: string): string | null {
  if (at === null) return null;
  return at === "" ? name : `${at}.${name}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list of exactly two. */
export function pairOf<First, Second>(first: Shape<First>, second: Shape<Second>): Shape<readonly [First, Second]> {
  return (value, at) => {
    if (!Array.isArray(value) || value.length !== 2) throw fault(at, "a pair");
    first(value[0], `${at}[0]`);
    second(value[1], `${at}[1]`);
    // Both were looked at above.
    return value as unknown as readonly [First, Second];
  };
}

/** An object whose member `kind` says which of the shapes it has. */
export function byKind<Kinds extends Readonly<Record<string, Shape<unknown>>>>(
  kinds: Kinds,
): Shape<{ [Kind in keyof Kinds]: { readonly kind: Kind } & Shaped<Kinds[Kind]> }[keyof Kinds]> {
  const known = oneOf(Object.keys(kinds));
  return (value, at) => {
    if (!isObject(value)) throw fault(at, "an object");
    const kind = known(value["kind"], at === "" ? "kind" : `${at}.kind`);
    kinds[kind]?.(value, at);
    return value as { [Kind in keyof Kinds]: { readonly kind: Kind } & Shaped<Kinds[Kind]> }[keyof Kinds];
  };
}
