/** Reads fields of stored documents, which anybody may have written. */

import type { Json, JsonObject } from '../../model/matrix-content.js';

/** The object in a field; an empty one when there is none. */
export function objectIn(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The text in a field; `undefined` when there is none or it is empty. */
export function textIn(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The object with some fields set; those that are `undefined` are taken out, all others stay. */
export function withFields(object: JsonObject, fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  const merged: Record<string, Json> = { ...object };
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) Reflect.deleteProperty(merged, name);
    else merged[name] = value;
  }
  return merged;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
