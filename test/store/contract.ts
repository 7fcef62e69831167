/** What any Store must do, whatever the engine. */

import assert from 'node:assert/strict';
import type { AccountRecord } from '../../src/model/account.js';
import type { RoomId, UserId } from '../../src/model/ids.js';
import { parseMxcUri, parseRoomId, parseUserId } from '../../src/model/ids.js';
import type { ChannelName, Nick } from '../../src/model/irc-names.js';
import { asNetworkName, parseChannelName, parseNick } from '../../src/model/irc-names.js';
import type { LineAside } from '../../src/model/line-aside.js';
import type { Link, Replacement } from '../../src/model/link.js';
import type { Store } from '../../src/store/port.js';

const room = (text: string): RoomId => parseRoomId(text)!;
const user = (text: string): UserId => parseUserId(text)!;
const channel = (text: string): ChannelName => parseChannelName(text)!;
const nick = (text: string): Nick => parseNick(text)!;

const dotted = asNetworkName('irc.example.org');
/** The same as the other one, when dots are made underscores. */
const underscored = asNetworkName('irc_example.org');
/** What the store is opened with. */
export const NETWORKS = [dotted, underscored];

const link = (more: Partial<Link> = {}): Link => ({
  network: dotted,
  channel: channel('#Chan'),
  room: room('!a:hs'),
  origin: 'alias',
  ...more,
});
const sorted = (links: readonly Link[]): Link[] =>
  [...links].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/**
 * @param open gives an empty store, opened with `NETWORKS`
 * @param reopen closes a store and opens what it wrote again; absent for those in memory
 */
export function storeContract(open: () => Promise<Store>, reopen?: (store: Store) => Promise<Store>): void {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());
  const again = async (): Promise<void> => {
    if (reopen) store = await reopen(store);
  };

  describe('accounts', () => {
    const whole: AccountRecord = {
      ledger: {
        person: user('@alice:hs'),
        devices: { aaa: { in: true, at: 5 }, bbb: { in: false, at: 7 } } as AccountRecord['ledger']['devices'],
        known: true,
        outAt: 3,
        changedAt: 7,
        left: 1,
        registeredAt: 1,
      },
      endsAt: 9,
      ended: 'disconnect',
      places: [{ network: dotted, nick: nick('Alice'), channels: [channel('#a'), channel('#Ü')] }],
    };
    const bare = (name: string, more: Partial<AccountRecord['ledger']> = {}): AccountRecord => ({
      ledger: { person: user(name), devices: {}, known: false, ...more },
      places: [],
    });

    it('SYN-18: gives back every field, and the last of a person only', async () => {
      assert.equal(await store.accounts.account(whole.ledger.person), undefined);
      await store.accounts.save(bare('@alice:hs'));
      await store.accounts.save(whole);
      await store.accounts.save(bare('@bob:hs', { deactivatedAt: 12 }));
      await again();
      assert.deepEqual(await store.accounts.account(whole.ledger.person), whole);
      assert.deepEqual(await store.accounts.account(user('@bob:hs')), bare('@bob:hs', { deactivatedAt: 12 }));
    });

    it('names those who are leaving or have left', async () => {
      await store.accounts.save(bare('@in:hs', { known: true }));
      await store.accounts.save({ ...bare('@leaving:hs'), endsAt: 5 });
      await store.accounts.save({ ...bare('@left:hs'), ended: 'away' });
      await store.accounts.save(bare('@gone:hs', { deactivatedAt: 5 }));
      await again();
      assert.deepEqual((await store.accounts.leaving()).map(({ ledger }) => ledger.person).sort(), ['@gone:hs', '@leaving:hs', '@left:hs']);
    });

    it('SYN-21: names everybody of whom anything is kept', async () => {
      await store.accounts.save(bare('@told:hs'));
      await store.people.saveSettings({ person: user('@set:hs'), network: dotted, ident: 'set' });
      await store.people.saveRecord({ person: user('@gone:hs'), features: {}, deactivated: true });
      await store.counters.next(dotted, '*');
      await again();
      assert.deepEqual(await store.accounts.everybody(), ['@told:hs']);
      assert.deepEqual([...(await store.people.everybody())].sort(), ['@gone:hs', '@set:hs']);
    });

    it('SYN-10: of somebody deactivated no settings are kept', async () => {
      const person = user('@gone:hs');
      await store.people.saveRecord({ person, features: {}, deactivated: true });
      await store.people.saveSettings({ person, network: dotted, ident: 'gone' });
      await store.people.forget(person);
      await store.scrub([person]);
      assert.equal(await store.people.settings(person, dotted), undefined);
      assert.equal(await store.people.personOfIdent(dotted, 'gone'), undefined);
      await again();
      assert.equal((await store.people.record(person))?.deactivated, true);
    });
  });

  describe('rooms that were replaced or are gone', () => {
    const replaced: Replacement = { from: room('!a:hs'), to: room('!next'), via: 'far.test', at: 5, stage: 'waiting' };
    const talk: Replacement = { ...replaced, from: room('!dm:hs'), talk: { ours: user('@irc_bob:hs'), person: user('@alice:hs') } };

    it('ROOM-17, PM-2: gives back every field, and the last of a room only', async () => {
      await store.roomFates.saveReplacement({ ...replaced, to: room('!other') });
      await store.roomFates.saveReplacement(talk);
      await store.roomFates.saveReplacement({ ...replaced, stage: 'moving' });
      await again();
      const found = [...(await store.roomFates.replacements())].sort((one, other) => (one.from < other.from ? -1 : 1));
      assert.deepEqual(found, [{ ...replaced, stage: 'moving' }, talk]);
      await store.roomFates.removeReplacement(talk.from);
      await again();
      assert.deepEqual((await store.roomFates.replacements()).map(({ from }) => from), ['!a:hs']);
    });

    it('H9: remembers which are gone until they are back', async () => {
      await store.roomFates.addGone({ room: room('!a:hs'), at: 5 });
      await store.roomFates.addGone({ room: room('!b'), at: 6 });
      await store.roomFates.addGone({ room: room('!b'), at: 7 });
      await store.roomFates.removeGone(room('!a:hs'));
      await again();
      assert.deepEqual(await store.roomFates.gone(), [{ room: '!b', at: 7 }]);
    });
  });

  describe('lines that no room took', () => {
    const line: LineAside = { id: '7.1', network: dotted, at: 5, nick: 'bob', target: '#a', text: 'the \u0003words', why: 'X: no' };

    it('H15: gives back every field, oldest first, and one for each room', async () => {
      const lines: LineAside[] = [
        { ...line, at: 9 },
        { ...line, room: room('!a:hs'), at: 8 },
        { ...line, id: '7.2', target: '@alice:hs', person: user('@alice:hs'), at: 7, text: '' },
      ];
      for (const each of [...lines, ...lines]) await store.linesAside.add(each);
      await again();
      assert.deepEqual(await store.linesAside.all(), lines.reverse());
    });

    it('H15: a thousand at most, the oldest are forgotten first', async () => {
      await Promise.all(Array.from({ length: 1_003 }, (_, n) => store.linesAside.add({ ...line, id: String(n), at: n })));
      await again();
      const kept = (await store.linesAside.all()).map(({ at }) => at);
      assert.deepEqual([kept.length, kept[0], kept.at(-1)], [1_000, 3, 1_002]);
    });

    it('SYN-10: what was said to somebody is forgotten with his account', async () => {
      for (const person of [user('@gone:hs'), user('@here:hs')]) await store.linesAside.add({ ...line, id: person, person });
      await store.linesAside.forget(new Set([user('@gone:hs')]));
      await again();
      assert.deepEqual((await store.linesAside.all()).map(({ person }) => person), ['@here:hs']);
    });
  });

  describe('links', () => {
    it('gives back what was added, names to the letter', async () => {
      const links = [
        link(),
        link({ channel: channel('#chan') }),
        link({ channel: channel('#ünï\u200bcode'), key: 'k e y' }),
        link({ channel: channel('&local'), origin: 'join' }),
        link({ room: room('!b'), origin: 'provision' }),
        link({ network: underscored, origin: 'config' }),
      ];
      for (const each of links) await store.links.add(each);
      await again();
      assert.deepEqual(sorted(await store.links.all()), sorted(links));
    });

    it('replaces origin and key when added again', async () => {
      await store.links.add(link({ key: 'old' }));
      await store.links.add(link({ origin: 'config' }));
      await again();
      assert.deepEqual(await store.links.all(), [link({ origin: 'config' })]);
    });

    it('removes one, and is content when it is not there', async () => {
      await store.links.add(link());
      await store.links.add(link({ room: room('!b:hs') }));
      await store.links.remove(link());
      await store.links.remove(link());
      await again();
      assert.deepEqual(await store.links.all(), [link({ room: room('!b:hs') })]);
    });

    it('removes those of an origin on one network', async () => {
      const stay = [link(), link({ network: underscored, origin: 'config' })];
      const go = [link({ channel: channel('#one'), origin: 'config' }), link({ channel: channel('#two'), origin: 'config' })];
      for (const each of [...stay, ...go]) await store.links.add(each);
      await store.links.removeOfOrigin(dotted, 'config');
      await again();
      assert.deepEqual(sorted(await store.links.all()), sorted(stay));
    });

    it('moves all links of a room, to a room that has one of them already too', async () => {
      await store.links.add(link({ key: 'k' }));
      await store.links.add(link({ channel: channel('#two') }));
      await store.links.add(link({ channel: channel('#two'), room: room('!new'), origin: 'config' }));
      await store.links.add(link({ room: room('!other') }));
      await store.links.moveRoom(room('!a:hs'), room('!new'));
      await again();
      assert.deepEqual(
        sorted(await store.links.all()),
        sorted([
          link({ room: room('!new'), key: 'k' }),
          link({ channel: channel('#two'), room: room('!new'), origin: 'config' }),
          link({ room: room('!other') }),
        ]),
      );
    });

    it('writes many at once without mixing them up', async () => {
      const many = Array.from({ length: 200 }, (_, n) => link({ channel: channel(`#c${n % 100}`), origin: n < 100 ? 'alias' : 'join' }));
      await Promise.all(many.map((each) => store.links.add(each)));
      await again();
      assert.deepEqual(sorted(await store.links.all()), sorted(many.slice(100)));
    });
  });

  describe('rooms with a purpose', () => {
    const pm = {
      room: room('!pm:hs'),
      network: dotted,
      person: user('@a:hs'),
      nick: nick('Nick[1]'),
      ghost: user('@irc_Nick[1]:hs'),
    };
    const admin = { room: room('!admin:hs'), person: user('@a:hs') };

    it('keeps PM rooms and admin rooms apart from links and from each other', async () => {
      await store.pmRooms.add(pm);
      await store.adminRooms.add(admin);
      await store.links.add(link());
      await again();
      assert.deepEqual(await store.pmRooms.all(), [pm]);
      assert.deepEqual(await store.adminRooms.all(), [admin]);
      assert.deepEqual(await store.links.all(), [link()]);
    });

    it('has one PM room for a person and ghost, and one admin room for a person: the last', async () => {
      const newer = { ...pm, room: room('!pm2:hs') };
      const newest = { ...admin, room: room('!admin2:hs') };
      await store.pmRooms.add(pm);
      await store.pmRooms.add(newer);
      await store.adminRooms.add(admin);
      await store.adminRooms.add(newest);
      await again();
      assert.deepEqual(await store.pmRooms.all(), [newer]);
      assert.deepEqual(await store.adminRooms.all(), [newest]);
    });

    it('removes them by room, and nothing else of that room', async () => {
      await store.pmRooms.add(pm);
      await store.adminRooms.add({ ...admin, room: pm.room });
      await store.links.add(link({ room: pm.room }));
      await store.pmRooms.remove(pm.room);
      await again();
      assert.deepEqual(await store.pmRooms.all(), []);
      assert.equal((await store.adminRooms.all()).length, 1);
      await store.adminRooms.remove(pm.room);
      assert.deepEqual(await store.adminRooms.all(), []);
      assert.equal((await store.links.all()).length, 1);
    });

    it('does not move a PM room or an admin room with the links', async () => {
      await store.pmRooms.add(pm);
      await store.links.moveRoom(pm.room, room('!new'));
      assert.deepEqual(await store.pmRooms.all(), [pm]);
    });
  });

  describe('people', () => {
    const person = user('@Some.One+=/:hs.example:8448');

    it('keeps settings for each network, and replaces them whole', async () => {
      const here = { person, network: dotted, nick: 'N', ident: 'one', password: 'c2VjcmV0', ipv6: '2001:db8::1' };
      const there = { person, network: underscored, ident: 'two' };
      await store.people.saveSettings(here);
      await store.people.saveSettings(there);
      await again();
      assert.deepEqual(await store.people.settings(person, dotted), here);
      assert.deepEqual(await store.people.settings(person, underscored), there);
      await store.people.saveSettings({ person, network: dotted, ident: 'one' });
      await again();
      assert.deepEqual(await store.people.settings(person, dotted), { person, network: dotted, ident: 'one' });
      assert.equal(await store.people.settings(user('@other:hs'), dotted), undefined);
    });

    it('DB-4: keeps networks apart whose names differ by dot and underscore', async () => {
      await store.people.saveSettings({ person, network: dotted, ident: 'one' });
      assert.equal(await store.people.settings(person, underscored), undefined);
      assert.equal(await store.people.personOfIdent(underscored, 'one'), undefined);
    });

    it('IDENT-1: knows whose ident it is', async () => {
      await store.people.saveSettings({ person, network: dotted, ident: 'one' });
      await again();
      assert.equal(await store.people.personOfIdent(dotted, 'one'), person);
      assert.equal(await store.people.personOfIdent(dotted, 'two'), undefined);
    });

    it('keeps a record beside the settings, and when somebody was seen', async () => {
      assert.equal(await store.people.record(person), undefined);
      await store.people.sawPerson(person, 1_700_000_000_000);
      assert.deepEqual(await store.people.record(person), {
        person,
        lastSeen: 1_700_000_000_000,
        features: {},
        deactivated: false,
      });
      await store.people.saveSettings({ person, network: dotted, nick: 'N' });
      const record = { person, lastSeen: 5, features: { mentions: true, other: false }, deactivated: false };
      await store.people.saveRecord(record);
      await again();
      assert.deepEqual(await store.people.record(person), record);
      assert.deepEqual(await store.people.settings(person, dotted), { person, network: dotted, nick: 'N' });
    });

    it('forgets a person, all but that they were deactivated', async () => {
      const other = user('@other:hs');
      for (const each of [person, other]) {
        await store.people.saveSettings({ person: each, network: dotted, nick: 'N', password: 'p' });
        await store.people.saveRecord({ person: each, lastSeen: 5, features: { x: true }, deactivated: each === person });
        await store.people.forget(each);
      }
      await store.people.forget(user('@nobody:hs'));
      await again();
      assert.deepEqual(await store.people.record(person), { person, features: {}, deactivated: true });
      assert.equal(await store.people.settings(person, dotted), undefined);
      assert.equal(await store.people.record(other), undefined);
    });
  });

  describe('counters', () => {
    it('counts from 1 for each network and scope, and goes on where it was', async () => {
      assert.equal(await store.counters.next(dotted, '*'), 1);
      assert.equal(await store.counters.next(dotted, '*'), 2);
      assert.equal(await store.counters.next(dotted, 'hs.example'), 1);
      assert.equal(await store.counters.next(underscored, '*'), 1);
      await again();
      assert.deepEqual(
        await Promise.all([store.counters.next(dotted, '*'), store.counters.next(dotted, '*'), store.counters.next(dotted, '*')]),
        [3, 4, 5],
      );
    });
  });

  describe('addresses of files', () => {
    const mxc = parseMxcUri('mxc://far.example/Abc123')!;
    const file = { id: 'Abcdefgh01234567', mxc, name: 'cat.png', events: ['one', 'two'] };

    it('MEDIA-6: keeps one for each id, the last', async () => {
      await store.fileAddresses.addFile({ ...file, until: 5 });
      await store.fileAddresses.addFile(file);
      await store.fileAddresses.addFile({ ...file, id: '0000000000000000', until: 1000 });
      await again();
      assert.deepEqual(await store.fileAddresses.file(file.id), file);
      assert.deepEqual(await store.fileAddresses.file('0000000000000000'), { ...file, id: '0000000000000000', until: 1000 });
      assert.equal(await store.fileAddresses.file('1111111111111111'), undefined);
      assert.deepEqual(await store.fileAddresses.withdrawn(), []);
    });

    it('SYN-10: forgets what is whose', async () => {
      const [mine, other] = [{ ...file, id: '0000000000000001', author: 'alice' }, { ...file, id: '0000000000000002', author: 'carol' }];
      for (const each of [mine, other, file]) await store.fileAddresses.addFile(each);
      await store.fileAddresses.forgetAuthors(new Set(['alice']));
      await again();
      assert.deepEqual(await Promise.all([mine, other, file].map(({ id }) => store.fileAddresses.file(id))), [undefined, other, file]);
    });

    it('MEDIA-13: knows which events were taken back, and forgets both when their time is over', async () => {
      await store.fileAddresses.withdraw({ event: 'one' });
      await store.fileAddresses.withdraw({ event: 'two', until: 1000 });
      await store.fileAddresses.withdraw({ event: 'two', until: 2000 });
      await store.fileAddresses.addFile({ ...file, until: 1000 });
      await store.fileAddresses.forgetBefore(1001);
      await again();
      assert.deepEqual(await store.fileAddresses.file(file.id), undefined);
      const known = [...(await store.fileAddresses.withdrawn())].sort((one, other) => (one.event < other.event ? -1 : 1));
      assert.deepEqual(known, [{ event: 'one' }, { event: 'two', until: 2000 }]);
      await store.fileAddresses.forgetBefore(2001);
      assert.deepEqual(await store.fileAddresses.withdrawn(), [{ event: 'one' }]);
    });
  });

  it('A-5: takes names that look like queries to the letter', async () => {
    const odd = link({ channel: channel(`#'";DROP--$ne{$gt:""}%1`), room: room('!{"$ne":1}.$where:hs'), key: '$regex' });
    await store.links.add(link());
    await store.links.add(odd);
    await store.people.saveSettings({ person: user('@$where:hs'), network: dotted, nick: '$nick', ident: '$ne' });
    await again();
    await store.links.remove({ ...odd, channel: channel('#$exists') });
    assert.deepEqual(sorted(await store.links.all()), sorted([link(), odd]));
    assert.equal(await store.people.personOfIdent(dotted, '$ne'), '@$where:hs');
  });

  it('keeps every character of a name, also those that are line ends to some', async () => {
    const text = 'a\u0085b\u2028c\u2029d\\u2028e';
    await store.people.saveSettings({ person: user('@a:hs'), network: dotted, password: text });
    await store.links.add(link({ key: text }));
    await again();
    assert.equal((await store.people.settings(user('@a:hs'), dotted))?.password, text);
    assert.equal((await store.links.all())[0]?.key, text);
  });
}
