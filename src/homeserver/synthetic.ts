/** Pure: the synthetic events of a transaction (MSC3395) under all the names they go by (SYN-3), as they are kept. */

import { createHash } from 'node:crypto';
import type { SeenId } from '../journal/port.js';
import type { Json } from '../model/matrix-content.js';
import { withoutDevice } from './device-mark.js';
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

/** An entry worth keeping. */
export interface Synthetic {
  readonly body: Json;
  /** By which it is known when it comes again in another transaction; none where nothing tells it from the next of its kind. */
  readonly seen?: SeenId;
}

/**
 * What is worth keeping, and how many were malformed. What stands under several keys is taken once; within one list the
 * same may well happen twice.
 */
export function syntheticIn(transaction: Raw): { readonly items: readonly Synthetic[]; readonly malformed: number } {
  const items: Synthetic[] = [];
  /** How often each text was taken from earlier lists. */
  const taken = new Map<string, number>();
  let malformed = 0;
  for (const key of KEYS) {
    const list = Object.hasOwn(transaction, key) ? transaction[key] : undefined;
    if (list === undefined) continue;
    const here = new Map<string, number>();
    for (const item of Array.isArray(list) ? (list as unknown[]) : [undefined]) {
      const text = readable(item);
      if (text === undefined) {
        malformed++;
        continue;
      }
      const times = (here.get(text) ?? 0) + 1;
      here.set(text, times);
      if (times <= (taken.get(text) ?? 0)) continue;
      taken.set(text, times);
      items.push(aSynthetic(item as Json, text));
    }
  }
  return { items, malformed };
}

/** An item of a list of meta events; `undefined` when it is malformed. */
export function metaItem(item: unknown): Synthetic | undefined {
  const text = readable(item);
  return text === undefined ? undefined : aSynthetic(item as Json, text);
}

function aSynthetic(body: Json, text: string): Synthetic {
  // Without a time of its own, a second one like it is news.
  const kept = withoutDevice(body);
  if (!isRaw(body) || typeof (body['ts'] ?? body['origin_server_ts']) !== 'number') return { body: kept };
  return { body: kept, seen: `syn:${createHash('sha256').update(text).digest('base64url').slice(0, 22)}` };
}

/** The item's JSON with sorted keys, so that two spellings are one; `undefined` when it is malformed, too deep or too long. */
function readable(item: unknown): string | undefined {
  if (!isRaw(item) || typeof item['type'] !== 'string' || !isRaw(item['content']) || isDeep(item, 0)) return undefined;
  const text = JSON.stringify(item, (_key, value: unknown) =>
    isRaw(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
  );
  return text.length <= MOST_LENGTH ? text : undefined;
}

function isDeep(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth > MOST_DEPTH || Object.values(value).some((item) => isDeep(item, depth + 1));
}
