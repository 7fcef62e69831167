/** What becomes of an account on a real Synapse, with our module in it, and of its presence on InspIRCd (SYN-20). */

import assert from 'node:assert/strict';
import type { HeardLine } from '../../src/sandbox/people/irc-person.js';
import type { IrcPerson, MatrixPerson, People } from '../support/people.js';
import { story } from '../support/story.js';
import type { World } from '../support/world.js';
import { Account } from './account.js';
import { missing, realWorld } from './world.js';

const GRACE_S = 5;
const LONG_MS = 120_000;
const WISH = {
  registered: ['--msc3395'],
  service: { syntheticEvents: { enabled: true, logoutGraceSecs: GRACE_S } },
};

/** `nick!user`, as IRC knows who said a line. */
const nameOf = ({ raw }: HeardLine): string => /^(?:@\S+ )?:([^@]+)@/u.exec(raw)?.[1] ?? raw;

/** Joins a channel's room, says something there, and gives the room and the name under which IRC heard it. */
async function comes(device: MatrixPerson, people: People, bob: IrcPerson, channel: string) {
  const room = await device.joins(people.alias(channel));
  await device.says(room, `I come to ${channel}`);
  const heard = await bob.sees(`I come to ${channel}`, { to: channel });
  await bob.seesJoin(heard.from, channel);
  return { room, name: nameOf(heard), nick: heard.from };
}

/** Waits until somebody whose nick is `nick` quits, and says with which words. */
async function quits(bob: IrcPerson, nick: string): Promise<string> {
  return (await bob.hears('QUIT', ({ from }) => from === nick, LONG_MS)).text;
}

/**
 * Waits until everybody who logged out before now has quit, if he was to: somebody of that kind comes, logs out of his
 * only device and is seen to quit, and the grace time is the same for all.
 */
async function graceGoesBy(world: World, people: People, bob: IrcPerson, name: string): Promise<void> {
  const account = await Account.registers(world, name, false);
  const device = await account.logsIn('ONLY');
  const { nick } = await comes(device, people, bob, '#tea');
  await account.logsOut(device);
  assert.match(await quits(bob, nick), /logged out/iu);
}

/** Whether a nick has quit so far, as bob heard it. */
const hasQuit = (bob: IrcPerson, nick: string): boolean =>
  bob.heard.all.some(({ command, from }) => command === 'QUIT' && from === nick);

const lacking = missing('inspircd');
describe('an account on Synapse with our module, and InspIRCd', function () {
  this.timeout(480_000);
  before(function () {
    if (lacking === undefined) return;
    console.log(`    left out: ${lacking}`);
    this.skip();
  });
  const play = (tell: Parameters<typeof story<World>>[2]) =>
    story(() => realWorld('inspircd', { lifeCycle: true }), WISH, tell);

  it('SYN-6…10, SYN-20: registers, logs in twice, talks, logs out and in, and is deactivated', () =>
    play(async ({ world, bridge, people }) => {
      const bob = await people.onIrc('bob', '#tea', '#den');
      const alice = await Account.registers(world, 'alice', false);
      const phone = await alice.logsIn('PHONE');
      const laptop = await alice.logsIn('LAPTOP');
      try {
        const { room: tea, name, nick } = await comes(phone, people, bob, '#tea');
        const { room: den } = await comes(phone, people, bob, '#den');

        // One of two devices goes: the client stays.
        await alice.logsOut(phone);
        await graceGoesBy(world, people, bob, 'carol');
        assert.ok(!hasQuit(bob, nick));
        await laptop.says(tea, 'still here');
        assert.equal(nameOf(await bob.sees('still here', { to: '#tea' })), name);

        // The other goes: it quits after the grace time, and with a login it is back as it was.
        await alice.logsOut(laptop);
        assert.match(await quits(bob, nick), /logged out/iu);
        const again = await alice.logsIn('LAPTOP');
        for (const channel of ['#tea', '#den']) assert.equal(nameOf(await bob.seesJoin(nick, channel, LONG_MS)), name);
        await again.says(den, 'back again');
        assert.equal(nameOf(await bob.sees('back again', { to: '#den' })), name);

        // The same while the bridge is down.
        await alice.logsOut(again);
        await quits(bob, nick);
        await bridge.stop();
        const tablet = await alice.logsIn('TABLET');
        await bridge.start();
        for (const channel of ['#tea', '#den']) assert.equal(nameOf(await bob.seesJoin(nick, channel, LONG_MS)), name);
        await tablet.says(tea, 'and once more');
        assert.equal(nameOf(await bob.sees('and once more', { to: '#tea' })), name);

        await alice.deactivates(tablet);
        assert.match(await quits(bob, nick), /deactivated/iu);
      } finally {
        await alice.rests();
      }
    }));

  it('SYN-20: the session that registering opens is a device too', () =>
    play(async ({ world, people }) => {
      const bob = await people.onIrc('bob', '#tea');
      const dora = await Account.registers(world, 'dora', true);
      const { first } = dora;
      assert.ok(first);
      try {
        const { room, name, nick } = await comes(first, people, bob, '#tea');
        await dora.logsOut(await dora.logsIn('LATER'));
        await graceGoesBy(world, people, bob, 'eve');
        assert.ok(!hasQuit(bob, nick));
        await first.says(room, 'nothing has changed');
        assert.equal(nameOf(await bob.sees('nothing has changed', { to: '#tea' })), name);
        await dora.logsOut(first);
        assert.match(await quits(bob, nick), /logged out/iu);
      } finally {
        await dora.rests();
      }
    }));
});
