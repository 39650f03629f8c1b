import type { TextView } from "../core/quality.ts";

/** Remembers the result of `compute` for a view as long as the view exists: several rules share one count. */
export function oncePerView<T>(compute: (view: TextView) => T): (view: TextView) => T {
  const found = new WeakMap<TextView, { readonly value: T }>();
  return (view) => {
    let entry = found.get(view);
    if (entry === undefined) found.set(view, (entry = { value: compute(view) }));
    return entry.value;
  };
}
