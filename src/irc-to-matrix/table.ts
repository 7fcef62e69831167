/** The contents page of this direction: each kind of IRC event besides channel lines, and the file that carries it. */

import type { IrcEvent, IrcEventOf } from '../model/irc-event.js';
import { type ClientStatusNeeds, makeClientStatus } from './client-status.js';
import { type Behind, makeNick, type NickNeeds } from './nick.js';
import { makePrivateMessage, type PrivateMessageNeeds } from './private-message.js';

/** A kind without an entry does not compile. */
export type Table = {
  readonly [K in Exclude<IrcEvent['kind'], 'message'>]: (event: IrcEventOf<K>, behind: Behind) => Promise<void> | void;
};

export type TableNeeds = NickNeeds & PrivateMessageNeeds & ClientStatusNeeds;

const nothing = (): void => undefined;

/** `message` is carried by `message.ts`, which `dispatch.ts` calls for each room. */
export function makeTable(needs: TableNeeds): Table {
  return {
    privateMessage: makePrivateMessage(needs),
    nick: makeNick(needs),
    clientStatus: makeClientStatus(needs),
    // Ghosts come when they speak (MEM-5, lazily); members, topics, modes and invites are not carried yet.
    join: nothing,
    part: nothing,
    quit: nothing,
    kick: nothing,
    names: nothing,
    topic: nothing,
    mode: nothing,
    invite: nothing,
  };
}
