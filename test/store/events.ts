/** What any EventStore must do (DB-10). */

import assert from 'node:assert/strict';
import type { EventPair } from '../../src/model/event-pair.js';
import { reactionKey, shortHash } from '../../src/model/event-pair.js';
import { parseEventId, parseRoomId, parseUserId } from '../../src/model/ids.js';
import { asNetworkName, parseNick } from '../../src/model/irc-names.js';
import type { EventStore } from '../../src/store/port.js';

const network = asNetworkName('irc.example.org');

/** A pair; its event and msgid are numbered. */
export function pair(number: number, more: Partial<EventPair> = {}): EventPair {
  return {
    room: parseRoomId('!room:hs')!,
    event: parseEventId(`$event${number}`)!,
    network,
    target: '#chan',
    msgid: `id~${number}=`,
    kind: 'message',
    nick: parseNick('bob')!,
    at: Date.UTC(2025, 0, 1),
    hash: shortHash(`text ${number}`),
    ...more,
  };
}

/**
 * @param open gives an empty store whose clock stands at 0
 * @param reopen closes a store and opens what it wrote again; absent for those in memory
 */
export function eventStoreContract(
  open: () => Promise<{ events: EventStore; close: () => Promise<void> }>,
  reopen?: () => Promise<{ events: EventStore; close: () => Promise<void> }>,
): void {
  let store: { events: EventStore; close: () => Promise<void> };
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());
  const again = async (): Promise<void> => {
    if (!reopen) return;
    await store.close();
    store = await reopen();
  };

  it('DB-10: gives back every field, by event and by msgid, at once and after a restart', async () => {
    const one = pair(1, { author: parseUserId('@alice:hs')!, target: '#ünï\u2028"', msgid: 'a"b\\c', kind: 'reaction' });
    store.events.add(one);
    for (const _ of [0, 1]) {
      assert.deepEqual(await store.events.ofEvent(one.event), [one]);
      assert.deepEqual(await store.events.ofMsgid(network, one.msgid), [one]);
      await again();
    }
  });

  it('SYN-10: what somebody forgotten said loses nick and name, and his private talks go', async () => {
    const alice = parseUserId('@alice:hs')!;
    const carol = pair(2, { author: parseUserId('@carol:hs')! });
    const talk = parseRoomId('!talk:hs')!;
    for (const each of [pair(1, { author: alice, nick: parseNick('Alice')! }), carol, pair(3, { room: talk, target: 'Alice' })]) store.events.add(each);
    await again();
    store.events.add(pair(4, { author: alice, nick: parseNick('Alice2')! }));
    await store.events.forget(new Set([alice]), [talk]);
    for (const _ of [0, 1]) {
      assert.deepEqual(await store.events.ofEvent(pair(1).event), [pair(1, { nick: parseNick('_')! })]);
      assert.deepEqual(await store.events.ofEvent(pair(4).event), [pair(4, { nick: parseNick('_')! })]);
      assert.deepEqual(await store.events.ofEvent(carol.event), [carol]);
      assert.deepEqual(await store.events.ofEvent(pair(3).event), []);
      await again();
    }
    store.events.add(pair(5));
    assert.equal((await store.events.ofEvent(pair(5).event)).length, 1);
  });

  it('DB-10: one event in several channels, one message in several rooms: all of them, oldest first', async () => {
    const [first, second] = [pair(1), pair(1, { msgid: 'id~2=', target: '#other' })];
    const copy = pair(3, { msgid: first.msgid, room: parseRoomId('!other:hs')! });
    for (const each of [first, second, copy]) store.events.add(each);
    await again();
    assert.deepEqual(await store.events.ofEvent(first.event), [first, second]);
    assert.deepEqual(await store.events.ofMsgid(network, first.msgid), [first, copy]);
  });

  it('DB-10: the same msgid on another network is another message; what is not known is nothing', async () => {
    store.events.add(pair(1));
    assert.deepEqual(await store.events.ofMsgid(asNetworkName('irc.elsewhere.org'), 'id~1='), []);
    assert.deepEqual(await store.events.ofMsgid(network, 'id~9='), []);
    assert.deepEqual(await store.events.ofEvent(parseEventId('$nobody')!), []);
  });

  it('DB-10: what is found while much is being written is all there', async () => {
    for (let n = 0; n < 500; n++) store.events.add(pair(n));
    for (const n of [0, 17, 250, 499]) assert.equal((await store.events.ofEvent(pair(n).event)).length, 1, String(n));
    await again();
    for (const n of [0, 17, 250, 499]) assert.deepEqual(await store.events.ofEvent(pair(n).event), [pair(n)]);
  });

  it('DB-10: a reaction is found by who, what and with what', async () => {
    const key = reactionKey('bob', 'id~1=', '👍');
    store.events.add(pair(7, { kind: 'reaction', msgid: key }));
    await again();
    assert.equal((await store.events.ofMsgid(network, key))[0]?.event, '$event7');
    assert.deepEqual(await store.events.ofMsgid(network, reactionKey('bob', 'id~1=', '👎')), []);
    assert.deepEqual(await store.events.ofMsgid(network, reactionKey('carol', 'id~1=', '👍')), []);
  });
}
