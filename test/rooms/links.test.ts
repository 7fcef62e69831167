import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asNetworkName } from '../../src/model/irc-names.js';
import type { Link } from '../../src/model/link.js';
import { Links } from '../../src/rooms/links.js';
import { MemoryNetwork } from '../support/irc.js';
import { aLink, CATS, channelOf, NET, ROOM, roomId } from '../support/make.js';
import { MemoryLinks } from '../support/memory-store.js';

const DOGS = channelOf('#dogs');
const LOUD = channelOf('#CATS');
const ROOM2 = roomId('!dogs:hs.test');

async function parts(...links: Link[]) {
  const store = new MemoryLinks(...links);
  const network = new MemoryNetwork();
  const all = new Links(store, new Map([[NET, network]]));
  await all.load();
  return { store, network, all };
}

describe('rooms/links', () => {
  it('ROOM-8: a channel has many rooms and a room many channels', async () => {
    const { all } = await parts(aLink(), aLink({ room: ROOM2 }), aLink({ channel: DOGS }));
    assert.deepEqual(all.ofChannel(NET, CATS).map(({ room }) => room), [ROOM, ROOM2]);
    assert.deepEqual(all.ofRoom(ROOM).map(({ channel }) => channel), [CATS, DOGS]);
    assert.equal(all.onNetwork(NET).length, 3);
  });

  it('knows a channel in every spelling that is equal', async () => {
    const { all } = await parts(aLink({ channel: channelOf('#a[b]') }));
    assert.equal(all.ofChannel(NET, channelOf('#A{B}')).length, 1);
  });

  it('knows nothing of networks that are not configured, and leaves them in the store', async () => {
    const gone = aLink({ network: asNetworkName('gone.test') });
    const { all, store } = await parts(gone);
    assert.deepEqual([all.ofRoom(ROOM), all.ofChannel(gone.network, CATS), all.onNetwork(gone.network)], [[], [], []]);
    await all.replaceOrigin(NET, 'config', []);
    assert.deepEqual(store.links, [gone]);
  });

  it('a link is in force before the store has it, and not when the store refuses it', async () => {
    const { all, store } = await parts(aLink({ key: 'old' }));
    const adding = all.add(aLink({ room: ROOM2 }));
    assert.deepEqual([all.ofRoom(ROOM2).length, store.links.length], [1, 1]);
    await adding;
    store.add = () => Promise.reject(new Error('disk'));
    await assert.rejects(all.add(aLink({ key: 'new' })), /disk/u);
    await assert.rejects(all.add(aLink({ channel: DOGS })), /disk/u);
    assert.deepEqual([all.ofRoom(ROOM).map(({ key }) => key), all.ofChannel(NET, DOGS)], [['old'], []]);
  });

  it('adding a link again replaces origin and key', async () => {
    const { all, store } = await parts(aLink());
    const again = aLink({ origin: 'config', key: 'k' });
    await all.add(again);
    assert.deepEqual([all.ofRoom(ROOM), store.links], [[again], [again]]);
  });

  it('removing takes away every spelling that is equal, also from the store', async () => {
    const { all, store } = await parts(aLink(), aLink({ channel: LOUD }), aLink({ channel: DOGS }));
    assert.equal(all.ofChannel(NET, CATS).length, 1, 'one channel, however often it is stored');
    await all.remove(aLink());
    assert.deepEqual([all.ofChannel(NET, LOUD), store.links], [[], [aLink({ channel: DOGS })]]);
  });

  describe('ROOM-6: the configuration’s links', () => {
    it('are written anew: lines that are gone unlink, others stay', async () => {
      const { all, store } = await parts(aLink({ origin: 'config' }), aLink({ channel: DOGS, origin: 'alias' }));
      const now = aLink({ channel: DOGS, room: ROOM2, origin: 'config' });
      await all.replaceOrigin(NET, 'config', [now]);
      assert.deepEqual(all.ofChannel(NET, CATS), []);
      assert.deepEqual(all.ofChannel(NET, DOGS), [aLink({ channel: DOGS, origin: 'alias' }), now]);
      assert.deepEqual(store.links, [aLink({ channel: DOGS, origin: 'alias' }), now]);
    });

    it('stay linked while the store is being written: no message finds the room unlinked', async () => {
      const { all, store } = await parts(aLink({ origin: 'config' }));
      store.removeOfOrigin = () => new Promise(() => undefined);
      void all.replaceOrigin(NET, 'config', [aLink({ origin: 'config' })]);
      assert.equal(all.ofRoom(ROOM).length, 1);
    });

    it('a link of another origin in another spelling takes the place of one that is gone', async () => {
      const { all } = await parts(aLink({ origin: 'alias' }), aLink({ channel: LOUD, origin: 'config' }));
      await all.replaceOrigin(NET, 'config', []);
      assert.deepEqual(all.ofRoom(ROOM), [aLink({ origin: 'alias' })]);
    });
  });

  describe('when the network’s rule of comparing changes', () => {
    const round = aLink({ channel: channelOf('#a{') });
    const square = aLink({ channel: channelOf('#a[') });

    it('what was one channel becomes two', async () => {
      const { all, network } = await parts(round, square);
      assert.equal(all.ofRoom(ROOM).length, 1);
      network.announce('ascii');
      assert.deepEqual(all.ofRoom(ROOM), [round, square]);
      assert.deepEqual(all.ofChannel(NET, square.channel), [square]);
    });

    it('and two become one, whose lines are not doubled', async () => {
      const { all, network } = await parts();
      network.announce('ascii');
      await all.add(round);
      await all.add(square);
      assert.equal(all.ofRoom(ROOM).length, 2);
      network.announce('rfc1459');
      assert.deepEqual([all.ofRoom(ROOM).length, all.ofChannel(NET, round.channel).length], [1, 1]);
    });
  });

  it('both views always tell the same, and what the store tells after a restart', async () => {
    const names = fc.constantFrom(...['#a', '#A', '#b{', '#b[', '#B['].map((name) => channelOf(name)));
    const rooms = fc.constantFrom(ROOM, ROOM2);
    const link = fc.record({ channel: names, room: rooms, origin: fc.constantFrom('config' as const, 'alias' as const) });
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), link }),
      fc.record({ do: fc.constant('remove' as const), link }),
      fc.record({ do: fc.constant('replace' as const), links: fc.array(link, { maxLength: 3 }) }),
      fc.record({ do: fc.constant('fold' as const), mapping: fc.constantFrom('ascii' as const, 'rfc1459' as const) }),
    );
    const shown = ({ channel, room }: Link, network: MemoryNetwork): string => `${network.fold(channel)} ${room}`;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const { all, store, network } = await parts();
        for (const each of steps) {
          if (each.do === 'add') await all.add(aLink(each.link));
          else if (each.do === 'remove') await all.remove(aLink(each.link));
          else if (each.do === 'fold') network.announce(each.mapping);
          else {
            const links = each.links.map((set) => aLink({ ...set, origin: 'config' }));
            await all.replaceOrigin(NET, 'config', links);
          }
          const byChannel = all.onNetwork(NET).map((one) => shown(one, network)).sort();
          const byRoom = [ROOM, ROOM2].flatMap((room) => all.ofRoom(room)).map((one) => shown(one, network)).sort();
          const stored = [...new Set(store.links.map((one) => shown(one, network)))].sort();
          assert.deepEqual([byChannel, byRoom], [stored, stored]);
        }
      }),
    );
  });
});
