/** FAIL, WARN and NOTE (IRCv3 standard-replies, CAP-20): pure, as the refusal of a message or as a word from the server. */

import type { IrcMessage } from 'irc-framework';
import type { PrivateMessage } from '../model/irc-event.js';
import type { Nick } from '../model/irc-names.js';
import { parseNick } from '../model/irc-names.js';
import { cleanText, type Hearing } from './client-events.js';

const WORDS: Readonly<Record<string, string>> = { FAIL: 'failed', WARN: 'warning', NOTE: 'note' };
const TEXT_MOST = 400;

/** What `FAIL PRIVMSG CODE [context…] :words` says of a message: to whom, where that is told; else `undefined`. */
export function failedMessage({ command, params }: IrcMessage): { readonly to?: string; readonly words?: string } | undefined {
  const [what, , to] = params;
  if (command !== 'FAIL' || (what !== 'PRIVMSG' && what !== 'NOTICE')) return undefined;
  const words = params.at(-1);
  return { ...(params.length > 3 && to !== undefined ? { to } : {}), ...(words === undefined ? {} : { words }) };
}

/** Any of them as a notice of the server to our client, which people find where they find its other notices. */
export function serverWord(line: IrcMessage, { network, at, heardBy }: Hearing): PrivateMessage | undefined {
  const { command, params } = line;
  const [what = '', code = ''] = params;
  const kind = WORDS[command];
  if (kind === undefined || params.length < 3) return undefined;
  const about = what === '*' ? '' : `${what} `;
  // The context, such as a channel, stands between the code and the words.
  const context = params.slice(2, -1).join(' ');
  const text = cleanText(`${about}${kind}: ${params.at(-1) ?? ''}${context === '' ? '' : ` (${context})`} [${code}]`);
  const from = { nick: parseNick(line.prefix) ?? ('server' as Nick) };
  return { network, at, heardBy, kind: 'privateMessage', from, fromUser: false, to: heardBy, how: 'notice', text: text.slice(0, TEXT_MOST).toWellFormed() };
}
