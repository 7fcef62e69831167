/** The scripted first conversation, both ways, printed as it happens. */

import { systemClock } from '../../lib/clock.js';
import type { Stage } from './stage.js';
import { aliasOf, CHANNEL } from './stage.js';

/** Plays it; throws when a line does not arrive. Gives the room. */
export async function firstConversation({ alice, bob }: Stage, print: (line: string) => void): Promise<string> {
  const timed = async (who: string, did: string, wait: () => Promise<string>): Promise<void> => {
    const begun = systemClock.elapsed();
    const outcome = await wait();
    const ms = Math.round(systemClock.elapsed() - begun);
    print(`  ${who.padEnd(6)} ${did.padEnd(48)} ${outcome}  (${ms} ms)`);
  };
  let room = '';
  await timed('bob', `joins ${CHANNEL} on IRC`, async () => {
    await bob.joins(CHANNEL);
    return 'is in';
  });
  await timed('alice', `joins ${aliasOf(CHANNEL)} on Matrix`, async () => {
    room = await alice.joins(aliasOf(CHANNEL));
    return 'the bridge has made the room';
  });
  const fromAlice = (text: string, content: Readonly<Record<string, unknown>>, arrives: RegExp): Promise<void> =>
    timed('alice', `says “${text}”`, async () => {
      await alice.sends(room, { msgtype: 'm.text', body: text, ...content });
      const { from } = await bob.sees(arrives, { to: CHANNEL });
      return `→ IRC, from ${from}`;
    });
  const fromBob = (did: string, say: () => void, arrives: RegExp): Promise<void> =>
    timed('bob', did, async () => {
      say();
      const { sender } = await alice.sees(arrives, { room });
      return `→ Matrix, from ${sender}`;
    });
  await fromAlice('Hello, is the kettle on?', {}, /^Hello, is the kettle on\?$/u);
  await fromBob('says “Hi Alice! Two minutes.”', () => bob.says(CHANNEL, 'Hi Alice! Two minutes.'), /^Hi Alice!/u);
  const html = { format: 'org.matrix.custom.html', formatted_body: 'Make it a <strong>large</strong> pot.' };
  await fromAlice('Make it a large pot.', html, /large/u);
  await fromBob('pours', () => bob.acts(CHANNEL, 'pours the tea'), /pours the tea/u);
  return room;
}
