/** The contents page of this direction: each kind of IRC event besides channel lines, and the file that carries it. */

import type { IrcEvent, IrcEventOf } from '../model/irc-event.js';
import type { Removal } from '../rooms/removal.js';
import { type AwayNeeds, makeAway } from './away.js';
import { type ClientStatusNeeds, makeClientStatus } from './client-status.js';
import { type InviteNeeds, makeInvite } from './invite.js';
import { Meanwhile, type MeanwhileNeeds } from './meanwhile.js';
import { makeMembers, type MembersNeeds } from './members.js';
import { makeModeNotice, type ModeNoticeNeeds } from './mode-notice.js';
import { type Behind, makeNick, type NickNeeds } from './nick.js';
import { makeOwnNick, type OwnNickNeeds } from './own-nick.js';
import { makePmNick, type PmNickNeeds } from './pm-nick.js';
import type { PrivateLines } from './private-lines.js';
import { makeReaction, makeRedaction, type ReactionNeeds } from './reaction.js';
import { makePresence, makeTyping, type TypingNeeds } from './typing.js';
import { makeReceive, type PrivateMessageNeeds } from './private-message.js';
import { makeTopic, type TopicNeeds } from './topic.js';

/** A kind without an entry does not compile. */
export type Table = {
  readonly [K in Exclude<IrcEvent['kind'], 'message'>]: (event: IrcEventOf<K>, behind: Behind) => Promise<void> | void;
};

export type TableNeeds = NickNeeds &
  MeanwhileNeeds &
  OwnNickNeeds &
  PmNickNeeds &
  PrivateMessageNeeds &
  ClientStatusNeeds &
  MembersNeeds &
  InviteNeeds &
  ReactionNeeds &
  TypingNeeds &
  TopicNeeds &
  ModeNoticeNeeds &
  AwayNeeds & {
    readonly privateLines: PrivateLines;
    /** Who is banned from a network is put out of its rooms (CONN-8). */
    readonly removal: Pick<Removal, 'fromNetwork'>;
  };

const nothing = (): void => undefined;

/** `message` is carried by `message.ts`, which `dispatch.ts` calls for each room. */
export function makeTable(needs: TableNeeds): Table {
  const receive = makeReceive(needs);
  const meanwhile = new Meanwhile(needs);
  const nick = makeNick(needs, meanwhile);
  const pmNick = makePmNick(needs);
  const status = makeClientStatus(needs);
  const ownNick = makeOwnNick(needs);
  return {
    privateMessage(line) {
      if (!needs.ignored.everywhere(line) && receive(line)) needs.privateLines.take(line);
    },
    nick(event, behind) {
      pmNick(event);
      nick(event, behind);
      ownNick(event);
    },
    clientStatus(event) {
      const { client, status: now, why } = event;
      if (now === 'refused' && client.owner !== 'bot' && why?.reason === 'banned-from-network') {
        needs.removal.fromNetwork(client.owner, client.network, why);
      }
      return status(event);
    },
    ...makeMembers(needs, meanwhile),
    invite: makeInvite(needs),
    away: makeAway(needs),
    reaction: makeReaction(needs),
    redaction: makeRedaction(needs),
    typing: makeTyping(needs),
    presence: makePresence(needs),
    // Whoever said it is told by his own `Saying`.
    notSaid: nothing,
    topic: makeTopic(needs),
    // Comes right after the topic, which is brought to the rooms with it.
    topicSet: (event) => needs.topics.setBy(event),
    mode: makeModeNotice(needs),
    // Not carried yet: who is there already.
    names: nothing,
  };
}
