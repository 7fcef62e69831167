/** What a room says for itself in `org.matrix.appservice-irc.config` (RC-3, RC-4), and what is wrong with it. */

import { flag, listOf, textLike, whole } from '../config/kinds.js';
import { nearest } from '../config/spelling.js';
import { directions, ways } from '../config/ways.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { RoomWays } from './ways-of.js';

/** Each is tried on every line of the channel. */
const MOST_MASKS = 50;
const mask = textLike(/^[^\s\0]{1,200}$/u, 'be a nick or a mask such as *!*@host.example, of at most 200 letters');

const KEYS = {
  ...ways,
  ...directions,
  lineLimit: whole(1),
  pasteLimit: whole(0),
  modeNotices: flag,
  ignoreMasks: listOf(mask).max(MOST_MASKS, { error: `must have at most ${MOST_MASKS} entries` }),
  allowUnconnectedMatrixUsers: flag,
};
const NAMES = Object.keys(KEYS) as (keyof typeof KEYS)[];
const MOST_TOLD = 5;
/** How a list is written in the configuration's file; a room's state is no such file. */
const YAML_HINT = / \(lines of .*$/u;
const MOST_SHOWN = 40;

/** Reads the content, which anybody with power in the room writes: a value that is none is as if it were not there. */
export function readRoomWays(content: JsonObject): RoomWays {
  const read: Record<string, unknown> = {};
  for (const name of NAMES) {
    const parsed = Object.hasOwn(content, name) ? KEYS[name].safeParse(content[name]) : undefined;
    if (parsed?.success) read[name] = parsed.data;
  }
  return read;
}

/**
 * What is wrong with it, a sentence for each place: at most six of them.
 * @param lineLimitMax `perRoomConfig.lineLimitMax`: no room may have more
 */
export function complaintsOf(content: JsonObject, lineLimitMax: number | undefined): readonly string[] {
  const wrong: string[] = [];
  for (const [key, value] of Object.entries(content)) {
    if (wrong.length > MOST_TOLD) break;
    const name = shown(key);
    if (!isKey(key)) {
      const meant = nearest(key.slice(0, MOST_SHOWN), NAMES);
      wrong.push(`${name} is not a setting known here${meant === undefined ? '' : `; did you mean ${meant}?`}`);
      continue;
    }
    const issue = KEYS[key].safeParse(value).error?.issues[0];
    const place = [name, ...(issue?.path ?? []).map((step) => `[${String(step)}]`)].join('');
    if (issue) wrong.push(`${place} ${issue.message.replace(YAML_HINT, '')}, got ${shownValue(issue.path.length > 0 ? itemOf(value, issue.path[0]) : value)}`);
    else if (key === 'lineLimit' && typeof value === 'number' && lineLimitMax !== undefined && value > lineLimitMax)
      wrong.push(`lineLimit must be at most ${lineLimitMax} on this bridge, which is in force, got ${value}`);
  }
  return wrong.length > MOST_TOLD ? [...wrong.slice(0, MOST_TOLD), 'there is more'] : wrong;
}

function isKey(key: string): key is keyof typeof KEYS {
  return Object.hasOwn(KEYS, key);
}

function itemOf(value: unknown, at: PropertyKey | undefined): unknown {
  return Array.isArray(value) && typeof at === 'number' ? value[at] : value;
}

function shownValue(value: unknown): string {
  return Array.isArray(value) ? 'a list' : typeof value === 'object' && value !== null ? 'a section' : shown(JSON.stringify(value));
}

/** Text of a stranger, in one short line. */
function shown(text: string): string {
  const clean = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return clean.length > MOST_SHOWN ? `${clean.slice(0, MOST_SHOWN).toWellFormed()}…` : clean;
}
