/** Pure: events whose texts stand in blocks of their own (MSC1767): polls (MSC3381), and `m.message`. */

import type { EventId } from '../model/ids.js';
import { parseEventId } from '../model/ids.js';
import type { PollBody, PollResultBody, TextBody } from '../model/matrix-event.js';
import { isRaw, MOST_TEXT, objectIn, textIn, type Raw } from './raw.js';

const TYPES = {
  'm.message': 'text',
  'org.matrix.msc1767.message': 'text',
  'm.poll.start': 'poll',
  'org.matrix.msc3381.poll.start': 'poll',
  'm.poll.end': 'end',
  'org.matrix.msc3381.poll.end': 'end',
} as const;

export type ExtensibleType = keyof typeof TYPES;
/** Answers read of a poll (MSC3381 allows as many), and votes of a result. */
const MOST_ANSWERS = 20;

export function isExtensible(type: string): type is ExtensibleType {
  return Object.hasOwn(TYPES, type);
}

/** Reads such an event; `undefined` when it says nothing readable. */
export function decodeExtensible(type: ExtensibleType, content: Raw): TextBody | PollBody | PollResultBody | undefined {
  switch (TYPES[type]) {
    case 'text': {
      const plain = textOf(content);
      const html = textOf(content, 'text/html');
      if (plain === undefined) return undefined;
      return { type: 'text', how: 'say', plain, mentions: [], ...(html === undefined ? {} : { html }) };
    }
    case 'poll':
      return pollOf(objectIn(content, 'm.poll') ?? objectIn(content, 'm.poll.start') ?? objectIn(content, 'org.matrix.msc3381.poll.start'));
    case 'end':
      return resultOf(content);
  }
}

function pollOf(poll: Raw | undefined): PollBody | undefined {
  const question = poll && textOf(objectIn(poll, 'question') ?? {});
  if (!poll || question === undefined) return undefined;
  const listed: unknown = Object.hasOwn(poll, 'answers') ? poll['answers'] : [];
  const answers = (Array.isArray(listed) ? (listed as unknown[]) : []).slice(0, MOST_ANSWERS).flatMap((answer) => {
    const text = isRaw(answer) ? textOf(answer) : undefined;
    if (!isRaw(answer) || text === undefined) return [];
    return [{ id: textIn(answer, 'm.id', 255) ?? textIn(answer, 'id', 255) ?? '', text }];
  });
  return { type: 'poll', question, answers };
}

function resultOf(content: Raw): PollResultBody | undefined {
  const poll: EventId | undefined = parseEventId(textIn(objectIn(content, 'm.relates_to') ?? {}, 'event_id', 255));
  if (!poll?.isWellFormed()) return undefined;
  const told = objectIn(content, 'm.poll.results') ?? objectIn(content, 'org.matrix.msc3381.poll.results') ?? {};
  const counts = Object.entries(told)
    .slice(0, MOST_ANSWERS)
    .flatMap(([id, votes]): [string, number][] => (typeof votes === 'number' && Number.isSafeInteger(votes) && votes >= 0 ? [[id, votes]] : []));
  const words = textOf(content);
  return { type: 'pollResult', poll, counts: new Map(counts), ...(words === undefined ? {} : { words }) };
}

/** The text of a block in all its spellings: a list of representations, one text, or the old `body`. */
function textOf(block: Raw, kind: 'text/plain' | 'text/html' = 'text/plain'): string | undefined {
  for (const key of ['m.text', 'org.matrix.msc1767.text']) {
    const value: unknown = Object.hasOwn(block, key) ? block[key] : undefined;
    if (typeof value === 'string' && kind === 'text/plain') return value.slice(0, MOST_TEXT).toWellFormed();
    if (!Array.isArray(value)) continue;
    for (const each of (value as unknown[]).slice(0, 10)) {
      if (isRaw(each) && (textIn(each, 'mimetype', 255) ?? 'text/plain') === kind) return textIn(each, 'body', MOST_TEXT);
    }
  }
  return kind === 'text/plain' ? textIn(block, 'body', MOST_TEXT) : undefined;
}
