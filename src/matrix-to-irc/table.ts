/** The contents page of this direction: each kind of Matrix event besides messages, and what carries it. */

import type { Entry } from '../journal/port.js';
import type { MatrixEvent } from '../model/matrix-event.js';
import { refused } from '../model/refusal.js';
import type { Links } from '../rooms/links.js';
import type { Failure } from './failure.js';

/** A kind without an entry does not compile. */
export type Table = {
  readonly [K in Exclude<MatrixEvent['kind'], 'message'>]: (
    event: Extract<MatrixEvent, { kind: K }>,
    entry: Entry,
    repeat: boolean,
  ) => Promise<void> | void;
};

export interface TableNeeds {
  readonly links: Links;
  readonly failure: Failure;
}

const nothing = (): void => undefined;

/** `message` is carried by `message.ts`, which `dispatch.ts` calls for each linked channel. */
export function makeTable({ links, failure }: TableNeeds): Table {
  return {
    async encrypted(event, entry, repeat) {
      const link = links.ofRoom(event.room)[0];
      if (!link) return;
      const { refusal } = refused('not-text', 'It is encrypted, and IRC cannot read it. Use a room without encryption.');
      await failure.notDelivered({ event, entry: entry.id, repeat, refusal, target: link.channel });
    },
    // Not carried yet: membership, topics, redactions, upgrades.
    member: nothing,
    topic: nothing,
    tombstone: nothing,
    redaction: nothing,
    encryptionOn: nothing,
  };
}
