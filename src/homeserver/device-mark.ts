/** Pure: of a device only a hash of its id is kept, in the journal too (SYN-18). */

import { createHash } from 'node:crypto';
import type { DeviceMark } from '../model/account.js';
import type { Json } from '../model/matrix-content.js';
import { isRaw, textIn, textOf } from './raw.js';

/** Ours, in the content of what is kept; `null`: the id was none. What a homeserver writes under it is not taken. */
const KEY = 'chat.causeway.device';
const MOST_DEVICE = 1024;

/** One way: what is stored does not tell which devices somebody has. */
export function markOf(person: string, device: string): DeviceMark {
  return createHash('sha256').update(`${person}\n${device}`).digest('base64url').slice(0, 22) as DeviceMark;
}

/** An entry as it is kept: with the mark in the place of the device's id. */
export function withoutDevice(body: Json): Json {
  if (!isRaw(body) || !isRaw(body['content'])) return body;
  const { [KEY]: _, device_id: device, ...content } = body['content'];
  if (device === undefined || device === null) return { ...body, content };
  const text = textOf(device, MOST_DEVICE);
  const mark = text === undefined || text === '' ? null : markOf(textIn(content, 'user_id', 255) ?? '', text);
  return { ...body, content: { ...content, [KEY]: mark } };
}

/** Which device the content of an entry names, kept or as it came. `undefined`: none; `null`: what is named is none. */
export function deviceOf(content: { readonly [key: string]: unknown }, person: string): DeviceMark | null | undefined {
  if (Object.hasOwn(content, KEY)) return (textIn(content, KEY, 22) ?? null) as DeviceMark | null;
  const device = content['device_id'];
  if (device === undefined || device === null) return undefined;
  const text = textOf(device, MOST_DEVICE);
  return text === undefined || text === '' ? null : markOf(person, text);
}
