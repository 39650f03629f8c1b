import type { PipelineError } from "./errors.ts";

/**
 * Checks a JSON value that comes from outside and returns it, typed. Members that the shape does not name are kept.
 * @param at where the value stands, for the message: `spec.rows[3].url`
 */
export type Shape<T> = (value: unknown, at: string) => T;

/** The type of the values that a shape accepts. */
export type Shaped<S> = S extends Shape<infer T> ? T : never;

type Members = Readonly<Record<string, Shape<unknown>>>;
type ObjectOf<All extends Members> = { readonly [Name in keyof All]: Shaped<All[Name]> };

/** Says what is wrong with a value; `checked` and `parsed` turn it into the caller's error. */
class ShapeFault extends Error {}

/** @throws what `refuse` makes of the first thing that is wrong with the value */
export function checked<T>(shape: Shape<T>, value: unknown, refuse: (why: string) => PipelineError): T {
  try {
    return shape(value, "");
  } catch (error) {
    throw error instanceof ShapeFault ? refuse(error.message) : error;
  }
}

/** @returns `null` for a text that is not JSON of this shape */
export function parsedOrNull<T>(shape: Shape<T>, json: string): T | null {
  try {
    return shape(JSON.parse(json), "");
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

function fault(at: string, what: string): ShapeFault {
  return new ShapeFault(`${at === "" ? "it" : at} is not ${what}`);
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

export const number: Shape<number> = (value, at) => {
  if (typeof value !== "number") throw fault(at, "a number");
  return value;
};

/** A whole number from 0 to 2^53 - 1. */
export const count: Shape<number> = (value, at) => {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0)
    throw fault(at, "a whole number from 0 on");
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
    for (const [index, item] of value.entries()) shape(item, `${at}[${index}]`);
    return value as readonly T[];
  };
}

/** A list that begins with these, in this order; what stands behind them is kept. */
export function tupleOf<const All extends readonly Shape<unknown>[]>(
  ...shapes: All
): Shape<{ readonly [At in keyof All]: Shaped<All[At]> }> {
  return (value, at) => {
    if (!Array.isArray(value)) throw fault(at, "a list");
    for (const [index, shape] of shapes.entries()) shape(value[index], `${at}[${index}]`);
    return value as unknown as { readonly [At in keyof All]: Shaped<All[At]> };
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
  return (value, at) => {
    if (!isObject(value)) throw fault(at, "an object");
    const under = (name: string): string => (at === "" ? name : `${at}.${name}`);
    for (const [name, shape] of Object.entries(required)) shape(value[name], under(name));
    for (const [name, shape] of Object.entries(optional)) {
      if (value[name] !== undefined) shape(value[name], under(name));
    }
    return value as ObjectOf<Required> & Partial<ObjectOf<Optional>>;
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
