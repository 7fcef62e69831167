/** The bot's room and a nick that somebody else has, on a real Synapse and InspIRCd, which knows MONITOR. */

import assert from 'node:assert/strict';
import { story } from '../support/story.js';
import { missing, realWorld } from './world.js';

const lacking = missing('inspircd');
const title = 'NICK-5, CONN-9, PM-13, CMD-6: who has my nick leaves, and I have it; I ask and write by the bot';

if (lacking !== undefined) it.skip(`${title}: ${lacking}`);
else {
  it(title, async function () {
    this.timeout(240_000);
    const ircClients = { nickTemplate: '$DISPLAY', userModes: 'i', reconnectIntervalMs: 0 };
    await story(() => realWorld('inspircd'), { network: { ircClients, sendConnectionMessages: true, name: 'Insp' } }, async ({ people }) => {
      const holder = await people.onIrc('gwen', '#nick');
      const bob = await people.onIrc('bob', '#nick');
      const gwen = await people.onMatrix('gwen');
      const channel = await gwen.joins(people.alias('#nick'));
      await gwen.says(channel, 'as another');
      assert.equal((await bob.sees('as another')).from, 'gwen1');
      const { room_id: room } = await gwen.seesEvent('an invitation by the bot', ({ type, state_key, content }) =>
        type === 'm.room.member' && state_key === gwen.userId && content['membership'] === 'invite');
      await gwen.joins(room);
      await gwen.sees(/^You are connected to Insp as gwen1, with modes \+\w*i\w*\.$/u, { room });
      await holder.quits();
      await bob.hears('NICK', ({ from, text }) => from === 'gwen1' && text === 'gwen');
      await gwen.says(room, '!msg bob is it you?');
      await bob.sees('is it you?', { from: 'gwen', to: 'bob' });
      await gwen.says(room, '!whois bob');
      await gwen.sees(/^bob on Insp: .*\nChannels: .*#nick/u, { room });
      // What the server says of the bridge's own deafness is no news to her.
      assert.deepEqual(gwen.messages(room).filter(({ content }) => /deaf mode/u.test(String(content['body']))), []);
    });
  });
}
