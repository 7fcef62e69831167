/** The contents page of this direction: each kind of Matrix event besides messages, and what carries it. */

import type { Entry } from '../journal/port.js';
import type { MatrixEvent } from '../model/matrix-event.js';
import { type EncryptedNeeds, makeEncrypted } from './encrypted.js';
import { type BehindTalk, makeMember, type MemberNeeds } from './member.js';

/** A kind without an entry does not compile. */
export type Table = {
  readonly [K in Exclude<MatrixEvent['kind'], 'message'>]: (
    event: Extract<MatrixEvent, { kind: K }>,
    entry: Entry,
    repeat: boolean,
    behind: BehindTalk,
  ) => Promise<void> | void;
};

export type TableNeeds = EncryptedNeeds & MemberNeeds;

const nothing = (): void => undefined;

/** `message` is carried by `message.ts`, which `dispatch.ts` calls for each place that `route.ts` names. */
export function makeTable(needs: TableNeeds): Table {
  return {
    member: makeMember(needs),
    ...makeEncrypted(needs),
    // Not carried yet: topics, redactions, upgrades.
    topic: nothing,
    tombstone: nothing,
    redaction: nothing,
  };
}
