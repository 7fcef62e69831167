import assert from 'node:assert/strict';

import { parseUserId, type UserId } from '../../src/model/ids.js';
import { parseNick } from '../../src/model/irc-names.js';
import { aliasOf, channelOfAlias } from '../../src/naming/alias.js';
import { caseMappingOf, foldName } from '../../src/naming/casefold.js';
import { parseLinkableChannel } from '../../src/naming/channel-name.js';
import { ghostId, ghostNick } from '../../src/naming/ghost-id.js';
import { identCandidates } from '../../src/naming/ident-name.js';
import { readNick, wishNick } from '../../src/naming/nick.js';
import { realname } from '../../src/naming/realname.js';
import { family, type Vector } from '../support/vectors.js';

const LEGAL_NICK = /^[A-Za-z[\]\\`_^{|}][A-Za-z0-9\-[\]\\`_^{|}]*$/;
const LEGAL_IDENT = /^[a-zA-Z][a-z0-9\-[\]\\^{}`_]{0,9}$/;
const where = { server: 'irc.test', domain: 'hs.example' };

function userId(text: string): UserId {
  const id = parseUserId(text);
  assert.ok(id, `${text} is a user id`);
  return id;
}

describe('naming vectors', () => {
  for (const row of family<Vector<{ mapping: string; a: string; b: string }, boolean>>('casefold')) {
    it(`${row.id}: ${row.in.a} and ${row.in.b} under ${row.in.mapping}`, () => {
      const mapping = caseMappingOf(row.in.mapping === '(none announced)' ? undefined : row.in.mapping);
      assert.equal(foldName(mapping, row.in.a) === foldName(mapping, row.in.b), row.out);
    });
  }

  for (const row of family<Vector<string, boolean>>('channel_name')) {
    it(`${row.id}: ${JSON.stringify(row.in).slice(0, 30)}`, () =>
      assert.equal(parseLinkableChannel(row.in) !== undefined, row.out));
  }

  type Names = { nick?: string | null; user_id?: string; channel?: string | null; alias?: string };
  for (const row of family<Vector<Names & { template: string }, Names>>('ghost_and_alias')) {
    it(`${row.id}: ${JSON.stringify(row.in)}`, () => {
      const { nick, user_id, channel, alias, template } = row.in;
      const ghosts = { ...where, userTemplate: template };
      const rooms = { ...where, aliasTemplate: template };
      let got: Names = {};
      if (typeof nick === 'string') {
        const parsed = parseNick(nick);
        assert.ok(parsed);
        got = { user_id: ghostId(ghosts, parsed) };
      } else if (user_id !== undefined) got = { nick: ghostNick(ghosts, user_id) ?? null };
      else if (typeof channel === 'string') {
        const outcome = aliasOf(rooms, 'rfc1459', channel);
        assert.ok(outcome.ok);
        got = { alias: outcome.value };
      } else if (alias !== undefined) got = { channel: channelOfAlias(rooms, 'rfc1459', alias) ?? null };
      const accepted = [row.out, ...(row.accept ?? [])].map((out) => JSON.stringify(out));
      assert.ok(accepted.includes(JSON.stringify(got)), JSON.stringify(got));
    });
  }

  type User = { user_id: string; displayname: string | null; template: string };
  for (const row of family<Vector<User, string | { error: true }>>('nick_from_user')) {
    it(`${row.id}: ${row.in.displayname ?? '(none)'} of ${row.in.user_id} as ${row.in.template}`, () => {
      const nick = wishNick({
        userId: userId(row.in.user_id),
        displayName: row.in.displayname ?? undefined,
        template: row.in.template,
      });
      assert.match(nick, LEGAL_NICK);
      // Where the predecessor gives up we make a nick of the id, as the note prefers.
      if (row.verdict === 'either') assert.match(nick, /^M-u[0-9a-f]{8}$/);
      else assert.equal(nick, row.out);
    });
  }

  type Asked = { nick: string; strict: boolean; connected: boolean; nicklen?: number };
  for (const row of family<Vector<Asked, string>>('nick_validation')) {
    it(`${row.id}: ${row.in.nick}${row.in.strict ? ' asked for' : ''}`, () => {
      const { nick, strict, connected, nicklen } = row.in;
      // A server that says nothing keeps RFC 1459's nine characters.
      const nickLength = connected ? (nicklen ?? 9) : undefined;
      if (strict) {
        const outcome = readNick(nick, nickLength);
        assert.equal(outcome.ok ? outcome.value : outcome.refusal, row.out);
      } else {
        assert.equal(wishNick({ wish: nick, userId: userId('@a:hs'), template: '$DISPLAY', nickLength }), row.out);
      }
    });
  }

  for (const row of family<Vector<{ users: string[]; ipv6_only?: boolean }, string[]>>('ident_username')) {
    it(`${row.id}: ${row.in.users.join(' ')}`, () => {
      const owner = new Map<string, string>();
      const given = row.in.users.map((user) => {
        const free = (ident: string) => row.in.ipv6_only === true || (owner.get(ident) ?? user) === user;
        for (const ident of identCandidates(userId(user))) {
          if (!free(ident)) continue;
          owner.set(ident, user);
          return ident;
        }
        throw new Error('identCandidates ended');
      });
      for (const ident of given) assert.match(ident, LEGAL_IDENT);
      // We take the local part alone, as the notes prefer, and never need numbers where each person has an address.
      const ours: Record<string, string[]> = {
        'IDENT-05': ['dash'],
        'IDENT-07': ['bob'],
        'IDENT-10': ['dash', 'dash'],
      };
      assert.deepEqual(given, row.verdict === 'either' ? ours[row.id] : row.out);
    });
  }

  for (const row of family<Vector<{ user_id: string; format: string }, string>>('realname')) {
    it(`${row.id}: ${row.in.user_id} as ${row.in.format}`, () =>
      assert.equal(realname(userId(row.in.user_id), row.in.format), row.out));
  }
});
