/** The lines of a segment, as text and back: what was kept, carried on, noted, done. */

import type { Json, JsonObject } from '../model/matrix-content.js';
import type { EntryId, Lane, SeenId } from './port.js';

/** One line read. `kept` holds one whole call of `keep`, so that a crash leaves all of it or nothing. */
export type Line =
  | {
      readonly kind: 'kept';
      readonly epoch: string;
      readonly first: number;
      readonly lane: Lane;
      readonly at: number;
      readonly bodies: readonly Json[];
      readonly seen: readonly SeenId[];
    }
  | {
      readonly kind: 'carried';
      readonly id: EntryId;
      readonly lane: Lane;
      readonly at: number;
      readonly body: Json;
      readonly note?: Json;
    }
  | { readonly kind: 'noted'; readonly id: EntryId; readonly note: Json }
  | { readonly kind: 'done'; readonly id: EntryId };

/** A call of `keep`; the entries are numbered from `first` on. */
export function keptLine(
  epoch: string,
  first: number,
  lane: Lane,
  at: number,
  bodies: readonly Json[],
  seen: readonly SeenId[],
): string {
  const ids = seen.length === 0 ? '' : `,"s":${JSON.stringify(seen)}`;
  return `{"k":"${epoch}.${first}","l":"${lane}","t":${at},"b":${JSON.stringify(bodies)}${ids}}\n`;
}

/** An entry still open, moved on from an old segment with its last note. */
export function carriedLine(id: EntryId, lane: Lane, at: number, body: Json, note: Json | undefined): string {
  const noted = note === undefined ? '' : `,"v":${JSON.stringify(note)}`;
  return `{"c":"${id}","l":"${lane}","t":${at},"b":${JSON.stringify(body)}${noted}}\n`;
}

export function notedLine(id: EntryId, note: Json): string {
  return `{"n":"${id}","v":${JSON.stringify(note)}}\n`;
}

export function doneLine(id: EntryId): string {
  return `{"d":"${id}"}\n`;
}

/** The number in an id, which grows over all lives of a journal: it is the order of acceptance. */
export function numberOf(id: EntryId): number {
  return Number(id.slice(id.indexOf('.') + 1));
}

/** Reads a line without its end; `undefined` for what is none of ours (torn, garbage, NULs). */
export function parseLine(text: string): Line | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON: the caller sets the line aside and says so.
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const line = value as JsonObject;
  if (isId(line['d'])) return { kind: 'done', id: line['d'] };
  if (isId(line['n'])) return line['v'] === undefined ? undefined : { kind: 'noted', id: line['n'], note: line['v'] };
  return kept(line) ?? carried(line);
}

function kept(line: JsonObject): Line | undefined {
  const { k: id, l: lane, t: at, b: bodies, s: seen = [] } = line;
  if (!isId(id) || !isLane(lane) || typeof at !== 'number' || !isList(bodies) || !isList(seen)) return undefined;
  const ids = seen.filter((each) => typeof each === 'string');
  return { kind: 'kept', epoch: id.slice(0, id.indexOf('.')), first: numberOf(id), lane, at, bodies, seen: ids };
}

function carried(line: JsonObject): Line | undefined {
  const { c: id, l: lane, t: at, b: body, v: note } = line;
  if (!isId(id) || !isLane(lane) || typeof at !== 'number' || body === undefined) return undefined;
  return { kind: 'carried', id, lane, at, body, ...(note === undefined ? {} : { note }) };
}

function isId(value: Json | undefined): value is EntryId {
  return typeof value === 'string' && value.length < 64 && /^[\w-]+\.\d{1,15}$/u.test(value);
}

function isLane(value: Json | undefined): value is Lane {
  return value === 'matrix' || value === 'irc' || value === 'synthetic';
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
