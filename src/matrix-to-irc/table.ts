/** The contents page of this direction: each kind of Matrix event that is not told in channels, and what carries it. */

import type { Entry } from '../journal/port.js';
import type { MatrixEvent } from '../model/matrix-event.js';
import { type EncryptedNeeds, makeEncrypted } from './encrypted.js';
import { type BehindTalk, makeMember, type MemberNeeds } from './member.js';
import { makeSettings, type SettingsNeeds } from './settings.js';
import { makeTopic, type TopicNeeds } from './topic.js';
import { makeUpgrades, type UpgradeNeeds } from './upgrade.js';

/** A kind without an entry does not compile. */
export type Table = {
  readonly [K in Exclude<MatrixEvent['kind'], 'message' | 'reaction' | 'redaction'>]: (
    event: Extract<MatrixEvent, { kind: K }>,
    entry: Entry,
    repeat: boolean,
    behind: BehindTalk,
  ) => Promise<void> | void;
};

export type TableNeeds = EncryptedNeeds & UpgradeNeeds & MemberNeeds & TopicNeeds & SettingsNeeds;

/** The others, which are told in channels, are carried by `message.ts`, called for each place that `route.ts` names. */
export function makeTable(needs: TableNeeds): Table {
  const upgrades = makeUpgrades(needs);
  return {
    member: makeMember({ ...needs, invited: (event, entry, repeat) => upgrades.invited(event, (as) => needs.invited(as, entry, repeat)) }),
    ...makeEncrypted(needs),
    roomSettings: makeSettings(needs),
    topic: makeTopic(needs),
    tombstone: upgrades.tombstone,
  };
}
