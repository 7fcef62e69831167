/** Error numerics and closing texts of servers as refusals, with sentences for the person concerned. */

import { refused, type Refusal, type RefusalReason } from '../../model/refusal.js';

/** Longest piece of a network's own words that we repeat, in UTF-16 units. */
const QUOTE_MOST = 200;

/** A network's words for showing: no control or format characters (IRC codes included), cut, never empty. */
export function cleanQuote(text: string | undefined): string {
  const clean = (text ?? '')
    .slice(0, QUOTE_MOST * 2)
    .replace(/\x03\d{0,2}(?:,\d{1,2})?/g, '')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '')
    .trim();
  const cut = clean.length > QUOTE_MOST ? `${clean.slice(0, QUOTE_MOST).toWellFormed()}…` : clean;
  return cut === '' ? 'no reason given' : cut;
}

type Row = readonly [reason: RefusalReason, say: string, permanent: boolean];

/** JOIN refused (RELIABILITY R17). 448 is UnrealIRCd's, 520 "operators only" of several. */
const JOIN_ERRORS: Readonly<Record<string, Row>> = {
  403: ['not-a-channel', 'There is no such IRC channel', true],
  405: ['too-many-channels', 'You are in as many IRC channels as the network allows', true],
  407: ['server-said-no', 'The IRC server did not take the request', false],
  437: ['slow-down', 'The IRC channel cannot be joined at the moment', false],
  448: ['not-a-channel', 'There is no such IRC channel', true],
  470: ['forwarded', 'The IRC network sends you to another channel, which is not bridged for you', true],
  471: ['channel-full', 'The IRC channel is full', false],
  473: ['invite-only', 'The IRC channel is open to invited people only', true],
  474: ['banned-from-channel', 'You are banned from the IRC channel', true],
  475: ['needs-key', 'The IRC channel needs a key', true],
  476: ['not-a-channel', 'This is no name of an IRC channel', true],
  477: ['needs-account', 'The IRC channel is open to registered nicks only', true],
  479: ['not-a-channel', 'This is no name of an IRC channel', true],
  480: ['slow-down', 'Too many people join the IRC channel just now', false],
  489: ['needs-tls', 'The IRC channel is open to encrypted connections only', true],
  520: ['server-said-no', 'The IRC channel is open to network operators only', true],
};

/** Whether a numeric may be the answer to a JOIN. */
export function isJoinError(numeric: string): boolean {
  return Object.hasOwn(JOIN_ERRORS, numeric);
}

/**
 * The refusal a numeric stands for.
 * @param words the server's own text, unclean
 */
export function joinRefusal(numeric: string, words: string | undefined): Refusal {
  // 480 is "throttled" on Solanum and "TLS only" on hybrid: only the words tell.
  const tlsOnly = numeric === '480' && /\+S|ssl|tls/i.test((words ?? '').slice(0, 400));
  const row = tlsOnly ? JOIN_ERRORS['489'] : JOIN_ERRORS[numeric];
  const [reason, say, permanent] = row ?? (['server-said-no', 'The IRC server refused', false] as const);
  return refused(reason, `${say} (${cleanQuote(words)}).`, permanent).refusal;
}

/** How a connection ended, which decides when it may come back (CONN-8, R8–R10). `secured`: the host wants TLS (CONN-3). */
export type Ending = 'secured' | 'lost' | 'unreachable' | 'throttled' | 'full' | 'banned' | 'killed' | 'auth';

/** The kinds of closing text, first match wins; texts are those of IRC-SERVERS.md §8 and of older servers. */
const ENDINGS: readonly (readonly [Ending, RegExp])[] = [
  ['lost', /nick(?:name)? collision/i],
  ['killed', /\bkilled\b/i],
  ['throttled', /throttl|too fast|too many times in too short|try again later|reconnect(?:ing)? too/i],
  ['full', /too many|no more connections|all connections in use|connection limit|server (?:is )?full|client limit/i],
  ['banned', /\b[adgkxz]-?lined?\b|\bbann(?:ed|ing)\b|bad user info|akill|autokill/i],
  ['auth', /sasl|bad password|password (?:mismatch|incorrect)|invalid password|access denied|authentication/i],
];

/** Sorts the text of `ERROR` or of 465 (`465` without a telling text is a ban all the same). */
export function endingOf(command: string, words: string): Ending {
  const text = words.slice(0, 600);
  const found = ENDINGS.find(([, pattern]) => pattern.test(text))?.[0];
  if (command === '465') return found === 'throttled' || found === 'full' ? found : 'banned';
  if (command === '464') return 'auth';
  return found ?? 'lost';
}

/** What a person is told about an ending. */
export function endingRefusal(ending: Ending, words: string | undefined): Refusal {
  const quote = cleanQuote(words);
  switch (ending) {
    case 'secured':
      return refused('needs-tls', 'The IRC network wants an encrypted connection.').refusal;
    case 'banned':
      return refused('banned-from-network', `You are banned from the IRC network (${quote}).`, true).refusal;
    case 'killed':
      return refused('killed', `A network operator ended your IRC connection (${quote}).`, true).refusal;
    case 'auth':
      return refused('auth-failed', `The IRC network did not accept your login (${quote}).`, true).refusal;
    case 'full':
      return refused('network-full', `The IRC network takes no more connections from here (${quote}).`).refusal;
    case 'throttled':
      return refused('slow-down', `The IRC network asks to connect more slowly (${quote}).`).refusal;
    case 'unreachable':
      return refused('network-unreachable', `The IRC network cannot be reached (${quote}).`).refusal;
    case 'lost':
      return refused('connection-lost', `The IRC connection was lost (${quote}).`).refusal;
  }
}
