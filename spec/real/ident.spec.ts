/** Ident as a real InspIRCd asks it, at port 113: a ban can hit one person; without ident the bridge still knows itself. */

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import type { IrcPerson, People } from '../support/people.js';
import { story } from '../support/story.js';
import { missing, realWorld } from './world.js';

/** Why the port of ident cannot be had here. */
async function noIdentPort(): Promise<string | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', (fault) => resolve(`port 113 cannot be bound here: ${fault.message}`));
    server.listen(113, '127.0.0.1', () => server.close(() => resolve(undefined)));
  });
}

/** Somebody of Matrix, in the channel, and the user name under which IRC knows him. */
async function comes(people: People, name: string, bob: IrcPerson, channel: string) {
  const person = await people.onMatrix(name);
  const room = await person.joins(people.alias(channel));
  await person.says(room, `${name} is here`);
  const heard = await bob.sees(`${name} is here`, { to: channel });
  const user = /^(?:@\S+ )?:[^!]+!([^@]+)@/u.exec(heard.raw)?.[1] ?? '';
  return { person, room, user, nick: heard.from };
}

const lacking = missing('inspircd') ?? (await noIdentPort());
describe('ident on InspIRCd', function () {
  this.timeout(240_000);
  before(function () {
    if (lacking !== undefined) {
      console.log(`    left out: ${lacking}`);
      this.skip();
    }
  });

  const ident = { enabled: true, port: 113, address: '127.0.0.1' };

  it('IDENT-2, IDENT-1: two people have two user names without ~, and a ban on one hits nobody else', () =>
    story(() => realWorld('inspircd', { ident: true }), { service: { ident } }, async ({ people }) => {
      const bob = await people.onIrc('bob', '#tea');
      const alice = await comes(people, 'alice', bob, '#tea');
      const carol = await comes(people, 'carol', bob, '#tea');
      assert.match(alice.user, /^alice/u);
      assert.match(carol.user, /^carol/u);
      bob.sends(`MODE #tea +b *!${alice.user}@*`);
      await bob.hears('MODE');
      await alice.person.says(alice.room, 'am I heard?');
      await carol.person.says(carol.room, 'I am');
      await bob.sees('I am', { to: '#tea', from: carol.nick });
      bob.sends(`MODE #tea -b *!${alice.user}@*`);
      await bob.hears('MODE', ({ raw }) => raw.includes(' -b '));
      await alice.person.says(alice.room, 'and now?');
      await bob.sees('and now?', { to: '#tea', from: alice.nick });
      assert.ok(!bob.messages.some(({ text }) => text === 'am I heard?'));
    }));

  it('IDENT-3: with ident off the names come with ~, and a long text is still cut where it must be', () =>
    story(() => realWorld('inspircd', { ident: true }), {}, async ({ people }) => {
      const bob = await people.onIrc('bob', '#tea');
      const alice = await comes(people, 'alice', bob, '#tea');
      assert.match(alice.user, /^~alice/u);
      const words = Array.from({ length: 220 }, (_, n) => `w${n}`).join(' ');
      await alice.person.says(alice.room, words);
      await bob.sees(/w219$/u, { to: '#tea' });
      const lines = bob.messages.filter(({ text }) => /^w\d/u.test(text));
      assert.ok(lines.length > 1);
      assert.equal(lines.map(({ text }) => text).join(' '), words);
      // As long as the server sends them on, and no shorter: the mask is known to the byte.
      const [first, second] = lines.map(({ raw }) => raw.replace(/^@\S+ /u, ''));
      const next = second?.split(' :')[1]?.split(' ')[0] ?? '';
      assert.ok(Buffer.byteLength(first ?? '') <= 510, first);
      assert.ok(Buffer.byteLength(`${first ?? ''} ${next}`) > 510, `${first} | ${next}`);
    }));
});
