/** The story of a mapped room that is upgraded under talk (ROOM-17), for any homeserver. */

import assert from 'node:assert/strict';
import type { Bridge, BridgeWish } from './bridge.js';
import type { People } from './people.js';

/** @param wish how the bridge of the story is configured; it is restarted with the mapping besides */
export async function replaceRoom({ people, bridge }: { readonly people: People; readonly bridge: Bridge }, wish: BridgeWish): Promise<void> {
  const erin = await people.onMatrix('erin');
  const old = await erin.makesRoom();
  bridge.configure({ ...wish, network: { ...wish.network, mappings: { '#moving': { roomIds: [old] } } } });
  await bridge.restart();
  await erin.seesMember(/^@appservice-irc:/u, 'join', old, 60_000);
  const bob = await people.onIrc('bobo', '#moving');
  const alias = people.alias('#moving');
  assert.equal(await erin.joins(alias), old);
  await erin.says(old, 'in the old room');
  await bob.sees('in the old room', { to: '#moving', withinMs: 60_000 });
  bob.says('#moving', 'before');
  await erin.sees('before', { room: old });

  const upgraded = await erin.call('POST', `/rooms/${encodeURIComponent(old)}/upgrade`, { new_version: '12' });
  const room = String(upgraded['replacement_room']);
  for (let n = 0; n < 5; n++) bob.says('#moving', `moved ${n}`);
  await erin.sees(/^This room is linked with #moving on .* now, as the one before it was\.$/u, { room, withinMs: 60_000 });
  await erin.seesMember(people.ghost('bobo'), 'join', room, 60_000);
  await erin.seesMember(people.ghost('bobo'), 'leave', old, 60_000);
  bob.says('#moving', 'after');
  await erin.sees('after', { room, withinMs: 60_000 });
  const texts = [...(await erin.history(old)), ...(await erin.history(room))].map(({ content }) => String(content['body']));
  assert.deepEqual(texts.filter((text) => /^(?:before|moved|after)/u.test(text)), ['before', ...[0, 1, 2, 3, 4].map((n) => `moved ${n}`), 'after']);
  assert.deepEqual(bob.messages.filter(({ text }) => text.includes('did not reach')), []);
  await erin.says(room, 'in the new room');
  await bob.sees('in the new room', { to: '#moving' });
  assert.equal((await erin.call('GET', `/directory/room/${encodeURIComponent(alias)}`))['room_id'], room);

  // The configuration still names the old one.
  await bridge.kill();
  await bridge.start();
  await erin.says(room, 'after a kill');
  await bob.sees('after a kill', { to: '#moving', withinMs: 60_000 });
  bob.says('#moving', 'and back');
  await erin.sees('and back', { room, withinMs: 60_000 });
}
