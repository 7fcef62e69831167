/** What a visitor of the page can do as Alice or as Bob. A new button is one more row here and one in the page. */

import { parseNick } from '../../model/irc-names.js';
import { ghostId } from '../../naming/ghost-id.js';
import { Refused } from '../people/matrix-person.js';
import { carolOf } from './carol.js';
import { aliceOnIrc, askIdent } from './proof.js';
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
  /** Gives what came of it, where that is to be told. */
  readonly perform: (stage: Stage, fields: Fields) => Promise<string | void>;
}

const field = (fields: Fields, name: string): string => fields[name] ?? '';

/** `tea`, `#tea` and the alias itself all mean the alias of `#tea`. */
export function wantedAlias(text: string): string {
  if (text.startsWith('#irc_')) return text;
  return aliasOf(text.startsWith('#') ? text : `#${text}`);
}

const channelOf = (fields: Fields): string => {
  const text = field(fields, 'text');
  return text.startsWith('#') ? text : `#${text}`;
};
/** `help` and `!help` are the same. */
const commandOf = (fields: Fields): string => `!${field(fields, 'text').replace(/^!/u, '')}`;

function ghostOf(name: string): string {
  const nick = parseNick(name);
  if (nick === undefined) throw new Error('That is not a nick.');
  return ghostId({ userTemplate: '@irc_$NICK', server: '', domain: DOMAIN }, nick);
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
      const nick = field(fields, 'text');
      await alice.makesRoom({ preset: 'trusted_private_chat', is_direct: true, invite: [ghostOf(nick)], name: `Private chat with ${nick}` });
    },
  },
  'matrix-encrypted': {
    tell: () => ({ side: 'matrix', text: 'Alice starts an encrypted chat with bob, which IRC could not read' }),
    perform: async ({ alice, bob }) => {
      const ghost = ghostOf(bob.nick);
      const sealed = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
      const wish = { preset: 'trusted_private_chat', is_direct: true, invite: [ghost], name: 'Encrypted chat with bob', initial_state: [sealed] };
      const room = await alice.makesRoom(wish);
      await alice.seesMember(ghost, 'join', room);
      await alice.sends(room, { algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'AwgAEnACg', session_id: 'demo' }, 'm.room.encrypted');
    },
  },
  'matrix-command': {
    tell: (fields) => ({ side: 'matrix', text: `Alice tells the bot ${commandOf(fields)}` }),
    perform: async (stage, fields) => {
      await stage.alice.says(await botTalk(stage), commandOf(fields));
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
      bob.sends(`JOIN ${channelOf(fields)}`);
    },
  },
  'irc-invite': {
    tell: (fields) => ({ side: 'irc', text: `Bob invites Alice to ${channelOf(fields)}` }),
    perform: async (stage, fields) => {
      const { nickText } = aliceOnIrc(stage);
      await stage.bob.joins(channelOf(fields));
      stage.bob.sends(`INVITE ${nickText} ${channelOf(fields)}`);
    },
  },
  'irc-ident': {
    tell: () => ({ side: 'irc', text: 'The IRC server asks whose Alice’s connection is' }),
    perform: (stage) => askIdent(stage),
  },
  'irc-cut': {
    tell: () => ({ side: 'irc', text: 'The IRC server drops Alice’s connection' }),
    perform: async (stage) => aliceOnIrc(stage).close('Ping timeout'),
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
