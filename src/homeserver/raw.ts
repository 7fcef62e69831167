/** Pure: looking into JSON of unknown shape. Everything here is total: wrong types give `undefined`. */

/** A JSON object of which nothing is known. Own keys only: JSON.parse makes even `__proto__` one. */
export type Raw = { readonly [key: string]: unknown };

/** Longest text taken, in UTF-16 units: no whole event can be longer (CS API, "Size limits"). */
export const MOST_TEXT = 65_536;

export function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object under `key`, if it is one. */
export function objectIn(raw: Raw, key: string): Raw | undefined {
  const value = Object.hasOwn(raw, key) ? raw[key] : undefined;
  return isRaw(value) ? value : undefined;
}

/** A string of at most `most` UTF-16 units, lone surrogates replaced; anything else is `undefined`. */
export function textOf(value: unknown, most: number): string | undefined {
  return typeof value === 'string' && value.length <= most ? value.toWellFormed() : undefined;
}

/** `textOf` for an own key. */
export function textIn(raw: Raw, key: string, most: number): string | undefined {
  return Object.hasOwn(raw, key) ? textOf(raw[key], most) : undefined;
}
