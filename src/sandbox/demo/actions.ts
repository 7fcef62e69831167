/** What a visitor of the page can do as Alice or as Bob. A new button is one more row here and one in the page. */

import { parseNick } from '../../model/irc-names.js';
import { ghostId } from '../../naming/ghost-id.js';
import { Refused } from '../people/matrix-person.js';
import { carolOf } from './carol.js';
import type { Stage } from './stage.js';
import { aliasOf, botTalk, DOMAIN } from './stage.js';

/** Who did what, as the trace's heading has it. */
export interface Deed {
  readonly side: 'matrix' | 'irc';
  readonly text: string;
}
/** Fields of the page's request; bounded before they come here. */
export type Fields = Readonly<Record<string, string>>;

interface Action {
  readonly tell: (fields: Fields) => Deed;
  readonly perform: (stage: Stage, fields: Fields) => Promise<void>;
}

const field = (fields: Fields, name: string): string => fields[name] ?? '';

/** `tea`, `#tea` and the alias itself all mean the alias of `#tea`. */
export function wantedAlias(text: string): string {
  if (text.startsWith('#irc_')) return text;
  return aliasOf(text.startsWith('#') ? text : `#${text}`);
}

export const actions: Readonly<Record<string, Action>> = {
  'matrix-join': {
    tell: (fields) => ({ side: 'matrix', text: `Alice joins ${wantedAlias(field(fields, 'text'))}` }),
    perform: async ({ alice }, fields) => {
      await alice.joins(wantedAlias(field(fields, 'text')));
    },
  },
  'matrix-say': {
    tell: (fields) => ({ side: 'matrix', text: `Alice says “${field(fields, 'text')}”` }),
    perform: async ({ alice }, fields) => {
      const text = field(fields, 'text');
      const emote = text.startsWith('/me ');
      const content = { msgtype: emote ? 'm.emote' : 'm.text', body: emote ? text.slice(4) : text };
      await alice.sends(field(fields, 'where'), content);
    },
  },
  'matrix-pm': {
    tell: (fields) => ({ side: 'matrix', text: `Alice starts a private chat with ${field(fields, 'text')}` }),
    perform: async ({ alice }, fields) => {
      const nick = parseNick(field(fields, 'text'));
      if (nick === undefined) throw new Error('That is not a nick.');
      const ghost = ghostId({ userTemplate: '@irc_$NICK', server: '', domain: DOMAIN }, nick);
      const name = `Private chat with ${nick}`;
      await alice.makesRoom({ preset: 'trusted_private_chat', is_direct: true, invite: [ghost], name });
    },
  },
  'matrix-nick': {
    tell: (fields) => ({ side: 'matrix', text: `Alice asks the bot for the nick ${field(fields, 'text')}` }),
    perform: async (stage, fields) => {
      await stage.alice.says(await botTalk(stage), `!nick ${field(fields, 'text')}`);
    },
  },
  'account-register': {
    tell: () => ({ side: 'matrix', text: 'Somebody new registers' }),
    perform: (stage) => carolOf(stage).registers(),
  },
  'account-login': {
    tell: () => ({ side: 'matrix', text: 'She logs in on another device' }),
    perform: (stage) => carolOf(stage).logsIn(),
  },
  'account-logout': {
    tell: () => ({ side: 'matrix', text: 'She logs out of a device; after the last one she leaves IRC in three seconds' }),
    perform: (stage) => carolOf(stage).logsOut(),
  },
  'account-deactivate': {
    tell: () => ({ side: 'matrix', text: 'She closes her account' }),
    perform: (stage) => carolOf(stage).deactivates(),
  },
  'irc-join': {
    tell: (fields) => ({ side: 'irc', text: `Bob joins ${field(fields, 'text')}` }),
    perform: async ({ bob }, fields) => {
      const text = field(fields, 'text');
      bob.sends(`JOIN ${text.startsWith('#') ? text : `#${text}`}`);
    },
  },
  'irc-say': {
    tell: (fields) => ({ side: 'irc', text: `Bob says “${field(fields, 'text')}”` }),
    perform: async ({ bob }, fields) => {
      const [text, where] = [field(fields, 'text'), field(fields, 'where')];
      if (text.startsWith('/me ')) bob.acts(where, text.slice(4));
      else if (text.startsWith('/notice ')) bob.notices(where, text.slice(8));
      else if (text.startsWith('/msg ')) bob.says(text.split(' ')[1] ?? '', text.split(' ').slice(2).join(' '));
      else if (text.startsWith('/raw ')) bob.sends(text.slice(5));
      else if (text === '/part') bob.parts(where);
      else bob.says(where, text);
    },
  },
};

/** What a failed action says on the page. */
export function refusalText(fault: unknown): string {
  if (fault instanceof Refused) return `The homeserver refused: ${fault.message}`;
  return fault instanceof Error ? fault.message : 'It did not work.';
}
