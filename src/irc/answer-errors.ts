/** What servers answer to PRIVMSG, NOTICE and NICK when they refuse them, as refusals with sentences for people. */

import { refused, type Refusal, type RefusalReason } from '../model/refusal.js';
import { cleanQuote } from './wire/irc-errors.js';

type Row = readonly [reason: RefusalReason, say: string, permanent: boolean];

/** Said and not delivered (R18, PM-6). 716: +g of hybrid and Solanum; 486, 531: registered nicks or nobody only. */
const SAY_ERRORS: Readonly<Record<string, Row>> = {
  401: ['no-such-nick', 'Nobody has this name on the network now', false],
  403: ['not-a-channel', 'There is no such IRC channel', true],
  404: ['cannot-send', 'The IRC channel does not let you speak', true],
  407: ['cannot-send', 'The IRC server took it for too many addresses', true],
  408: ['cannot-send', 'The IRC channel does not take messages of this kind', true],
  411: ['cannot-send', 'The IRC server did not see for whom it was', true],
  412: ['cannot-send', 'The IRC server did not see any text', true],
  415: ['cannot-send', 'The IRC server does not take messages to this address', true],
  417: ['cannot-send', 'The IRC server found it too long', true],
  439: ['slow-down', 'You write to too many people in too short a time', false],
  477: ['needs-account', 'It is taken only from people who are logged in to the IRC network', true],
  482: ['cannot-send', 'Only operators of the IRC channel may say this', true],
  486: ['needs-account', 'It is taken only from people who are logged in to the IRC network', true],
  489: ['needs-tls', 'It is taken over encrypted connections only', true],
  531: ['cannot-send', 'The person takes no private messages', true],
  707: ['slow-down', 'You write to too many people in too short a time', false],
  716: ['cannot-send', 'The person takes private messages only from those whom he has let in, and was told that you wrote', true],
  744: ['cannot-send', 'The person takes no private messages from you', true],
};

/** NICK refused (NICK-7). 435, 437, 447: not while in a channel that bans or forbids it. */
const NICK_ERRORS: Readonly<Record<string, Row>> = {
  431: ['nick-invalid', 'The IRC server did not see any nick', true],
  432: ['nick-invalid', 'The IRC server does not allow this nick', true],
  433: ['nick-taken', 'Somebody on the network has this nick already', false],
  435: ['cannot-send', 'You cannot change your nick while you are in a channel where you are banned', false],
  436: ['nick-taken', 'Somebody on the network has this nick already', false],
  437: ['slow-down', 'This nick cannot be had at the moment', false],
  438: ['slow-down', 'You have changed your nick too often: wait a little', false],
  447: ['server-said-no', 'One of your IRC channels does not allow a change of nick', false],
  484: ['server-said-no', 'Your connection may not change its nick', true],
};

/** The refusal of a message; `undefined` when the numeric is none. @param words the server's own, unclean */
export function sayRefusal(numeric: string, words: string | undefined): Refusal | undefined {
  return refusalOf(SAY_ERRORS[numeric], words);
}

/** FAIL of a message (IRCv3 standard-replies). @param words the server's own, unclean */
export function failRefusal(words: string | undefined): Refusal {
  return refused('cannot-send', `The IRC server did not take it (${cleanQuote(words)}).`, true).refusal;
}

/** The channel of Solanum's word that a line was thrown away for the limit that all its members share (R31). */
export function throttledIn(words: string): string | undefined {
  return /^\*\*\* Message to (\S{1,200}) throttled due to flooding/.exec(words.slice(0, 300))?.[1];
}

/** What is told of a line that a channel's limit threw away for good. */
export const THROTTLED: Refusal = refused('slow-down', 'The IRC channel takes no more lines at the moment. Send it again later.').refusal;

/** The refusal of a NICK; `undefined` when the numeric is none. @param words the server's own, unclean */
export function nickRefusal(numeric: string, words: string | undefined): Refusal | undefined {
  return refusalOf(NICK_ERRORS[numeric], words);
}

function refusalOf(row: Row | undefined, words: string | undefined): Refusal | undefined {
  return row && refused(row[0], `${row[1]} (${cleanQuote(words)}).`, row[2]).refusal;
}
