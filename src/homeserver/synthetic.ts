/** Pure: the synthetic events of a transaction (MSC3395) under all the names they go by (SYN-3); kept, not yet acted on. */

import type { Json } from '../model/matrix-content.js';
import { isRaw } from './raw.js';
import type { Raw } from './raw.js';

const KEYS = [
  'm.synthetic_events',
  'uk.half-shot.msc3395.synthetic_events',
  'uk.half-shot.mscXXXX.synthetic_events',
] as const;
/** Longest entry taken, in characters of JSON. */
const MOST_LENGTH = 65_536;
/** Deepest nesting taken: what is deeper would break those who walk or write it. */
const MOST_DEPTH = 16;

/** What is worth keeping, each once although it may stand under several keys, and how many were malformed. */
export function syntheticIn(transaction: Raw): { readonly bodies: readonly Json[]; readonly malformed: number } {
  const found = new Map<string, Json>();
  let malformed = 0;
  for (const key of KEYS) {
    const list = Object.hasOwn(transaction, key) ? transaction[key] : undefined;
    if (list === undefined) continue;
    for (const item of Array.isArray(list) ? (list as unknown[]) : [undefined]) {
      const text = isRaw(item) && typeof item['type'] === 'string' && isRaw(item['content']) ? textOf(item) : undefined;
      if (text === undefined) malformed++;
      else if (!found.has(text)) found.set(text, item as Json);
    }
  }
  return { bodies: [...found.values()], malformed };
}

/** The item's JSON with sorted keys, so that two spellings are one; `undefined` when it is too deep or too long. */
function textOf(item: unknown): string | undefined {
  if (isDeep(item, 0)) return undefined;
  const text = JSON.stringify(item, (_key, value: unknown) =>
    isRaw(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
  return text.length <= MOST_LENGTH ? text : undefined;
}

function isDeep(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth > MOST_DEPTH || Object.values(value).some((item) => isDeep(item, depth + 1));
}
