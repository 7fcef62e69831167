import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRoomId, parseUserId } from '../../src/model/ids.js';
import { asNetworkName, parseChannelName } from '../../src/model/irc-names.js';
import { aStore } from '../support/store.js';

const network = asNetworkName('irc.example.org');
const odd = asNetworkName('irc_odd.example.org');
const person = parseUserId('@alice:hs.example')!;
const room = (text: string) => parseRoomId(text)!;

/** What the predecessor writes, line for line: documents of all its kinds, changes, removals, indexes. */
const ROOMS: readonly object[] = [
  {
    id: '!one:hs irc.example.org #chan',
    remote_id: 'irc.example.org #chan',
    matrix_id: '!one:hs',
    remote: { domain: 'irc.example.org', channel: '#chan', type: 'channel', modes: ['s', 'i'], key: 'sesame', later: [1] },
    matrix: { name: 'One', extras: { visibility: 'public' } },
    data: { origin: 'alias', more: true },
    _id: 'aaaaaaaaaaaaaaa1',
  },
  {
    id: '!two:hs irc.example.org #old',
    remote_id: 'irc.example.org #old',
    matrix_id: '!two:hs',
    remote: { domain: 'irc.example.org', channel: '#old', type: 'channel' },
    matrix: { extras: {} },
    data: { from_config: true },
    _id: 'aaaaaaaaaaaaaaa2',
  },
  {
    id: '!three:hs irc.example.org &local',
    remote_id: 'irc.example.org &local',
    matrix_id: '!three:hs',
    remote: { domain: 'irc.example.org', channel: '&local', type: 'pm' },
    matrix: { extras: {} },
    data: { origin: 'join' },
    _id: 'aaaaaaaaaaaaaaa3',
  },
  {
    id: 'PM_@alice:hs.example @irc_bob:hs.example',
    remote_id: 'irc.example.org bob',
    matrix_id: '!pm:hs',
    remote: { domain: 'irc.example.org', channel: 'bob', type: 'pm' },
    matrix: { extras: {} },
    data: { real_user_id: '@alice:hs.example', virtual_user_id: '@irc_bob:hs.example' },
    _id: 'aaaaaaaaaaaaaaa4',
  },
  {
    id: 'ADMIN_@alice:hs.example',
    matrix_id: '!admin:hs',
    matrix: { extras: { admin_id: '@alice:hs.example' } },
    data: {},
    _id: 'aaaaaaaaaaaaaaa5',
  },
  { id: '!one:hs', matrix_id: '!one:hs', matrix: { extras: { visibility: 'public' } }, data: {}, _id: 'aaaaaaaaaaaaaaa6' },
  { id: 'gone', matrix_id: '!gone:hs', remote_id: 'x #gone', remote: { domain: 'x', channel: '#gone' }, _id: 'aaaaaaaaaaaaaaa7' },
  { $$deleted: true, _id: 'aaaaaaaaaaaaaaa7' },
  { id: 'strange', matrix_id: 'not a room', remote_id: 'x y', remote: 'odd', added: { $$date: 1_500_000_000_000 }, _id: 'aaaaaaaaaaaaaaa8' },
  { $$indexCreated: { fieldName: 'id', unique: true, sparse: false } },
  { $$indexCreated: { fieldName: 'matrix_id', unique: false, sparse: true } },
  { $$indexCreated: { fieldName: 'remote_id', unique: false, sparse: true } },
];

const USERS: readonly object[] = [
  {
    type: 'matrix',
    id: '@alice:hs.example',
    data: {
      localpart: 'alice',
      client_config: {
        irc_example_org: { username: 'alice', nick: 'Alice[m]', password: 'BASE64==', ipv6: '2001:db8::7', later: 'kept' },
        irc_odd_example_org: { username: 'alice2' },
        elsewhere: { username: 'a3' },
      },
      features: { mentions: true, other: 'not a flag' },
      last_seen_ts: 1_600_000_000_000,
      later: { deep: [1, 2] },
    },
    _id: 'bbbbbbbbbbbbbbb1',
  },
  { type: 'matrix', id: '@gone:hs.example', data: { localpart: 'gone', deactivated: true }, _id: 'bbbbbbbbbbbbbbb2' },
  {
    type: 'remote',
    id: 'config',
    data: { ipv6_counter_irc_example_org: { '*': 41, hs_example: 7 }, ipv6_counter_elsewhere: { '*': 3 } },
    _id: 'bbbbbbbbbbbbbbb3',
  },
  { $$indexCreated: { fieldName: 'id', unique: true, sparse: false } },
  { $$indexCreated: { fieldName: 'data.localpart', unique: false, sparse: true } },
  { $$indexCreated: { fieldName: 'data.client_config.irc_example_org.username', unique: false, sparse: true } },
];

const ACTIVITY: readonly object[] = [{ ts: [1_600_000_000], metadata: { active: true }, _id: 'ccccccccccccccc1' }];

const asFile = (docs: readonly object[]): string => docs.map((doc) => `${JSON.stringify(doc)}\n`).join('');

describe('store: files of the predecessor', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'causeway-'));
    writeFileSync(join(directory, 'rooms.db'), asFile(ROOMS));
    writeFileSync(join(directory, 'users.db'), asFile(USERS));
    writeFileSync(join(directory, 'user-activity.db'), asFile(ACTIVITY));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const open = (): ReturnType<typeof aStore> => aStore({ directory, networks: [network, odd] });
  /** The documents of a file as they are now, by their id; indexes by field. */
  const docsIn = (name: string): Map<string, Record<string, unknown>> => {
    const docs = new Map<string, Record<string, unknown>>();
    for (const line of readFileSync(join(directory, name), 'utf8').split('\n').filter(Boolean)) {
      const doc = JSON.parse(line) as Record<string, unknown>;
      if (doc['$$deleted'] === true) docs.delete(String(doc['_id']));
      else docs.set(typeof doc['_id'] === 'string' ? doc['_id'] : line, doc);
    }
    return docs;
  };
  const docIn = (name: string, id: string): Record<string, unknown> | undefined =>
    [...docsIn(name).values()].find((doc) => doc['id'] === id);

  it('DB-3, DB-4: reads all of it', async () => {
    const store = await open();
    assert.deepEqual(await store.links.all(), [
      { network, channel: '#chan', room: '!one:hs', origin: 'alias', key: 'sesame' },
      { network, channel: '#old', room: '!two:hs', origin: 'config' },
      { network, channel: '&local', room: '!three:hs', origin: 'join' },
    ]);
    assert.deepEqual(await store.pmRooms.all(), [
      { room: '!pm:hs', network, person, nick: 'bob', ghost: '@irc_bob:hs.example' },
    ]);
    assert.deepEqual(await store.adminRooms.all(), [{ room: '!admin:hs', person }]);
    assert.deepEqual(await store.people.settings(person, network), {
      person,
      network,
      ident: 'alice',
      nick: 'Alice[m]',
      password: 'BASE64==',
      ipv6: '2001:db8::7',
    });
    assert.deepEqual(await store.people.settings(person, odd), { person, network: odd, ident: 'alice2' });
    assert.equal(await store.people.personOfIdent(network, 'alice'), person);
    assert.deepEqual(await store.people.record(person), {
      person,
      lastSeen: 1_600_000_000_000,
      features: { mentions: true },
      deactivated: false,
    });
    assert.equal((await store.people.record(parseUserId('@gone:hs.example')!))?.deactivated, true);
    assert.equal(await store.counters.next(network, '*'), 42);
    assert.equal(await store.counters.next(network, 'hs.example'), 8);
    await store.close();
  });

  it('DB-2: opening changes no document, and leaves a copy of the file as it was', async () => {
    const store = await open();
    await store.close();
    for (const [name, docs] of [['rooms.db', ROOMS], ['users.db', USERS], ['user-activity.db', ACTIVITY]] as const) {
      const now = docsIn(name);
      for (const doc of docs) {
        const { _id, $$deleted } = doc as { _id?: string; $$deleted?: boolean };
        if (_id === 'aaaaaaaaaaaaaaa7') assert.equal(now.has(_id), false);
        else if (_id !== undefined && $$deleted === undefined) assert.deepEqual(now.get(_id), doc);
      }
      assert.equal(readFileSync(join(directory, `${name}.bak`), 'utf8'), asFile(docs));
    }
    await (await open()).close();
    assert.equal(readFileSync(join(directory, 'rooms.db.bak'), 'utf8'), asFile(ROOMS), 'the first copy stays');
  });

  it('writing keeps what it does not know, and the shapes of the predecessor', async () => {
    const store = await open();
    await store.links.add({ network, channel: parseChannelName('#chan')!, room: room('!one:hs'), origin: 'provision' });
    await store.links.add({ network, channel: parseChannelName('#new')!, room: room('!new:hs'), origin: 'alias' });
    await store.people.saveSettings({ person, network, ident: 'alice', nick: 'Other' });
    await store.people.sawPerson(person, 1_700_000_000_000);
    await store.counters.next(network, 'hs.example');
    await store.close();
    assert.deepEqual(docIn('rooms.db', '!one:hs irc.example.org #chan'), {
      ...ROOMS[0],
      remote: { domain: 'irc.example.org', channel: '#chan', type: 'channel', modes: ['s', 'i'], later: [1] },
      data: { origin: 'provision', more: true },
    });
    const { _id, ...added } = docIn('rooms.db', '!new:hs irc.example.org #new')!;
    assert.match(String(_id), /^\w{16}$/u);
    assert.deepEqual(added, {
      id: '!new:hs irc.example.org #new',
      remote_id: 'irc.example.org #new',
      matrix_id: '!new:hs',
      remote: { domain: 'irc.example.org', channel: '#new', type: 'channel' },
      matrix: { extras: {} },
      data: { origin: 'alias' },
    });
    assert.deepEqual(docIn('users.db', person)!['data'], {
      localpart: 'alice',
      client_config: {
        irc_example_org: { username: 'alice', nick: 'Other', later: 'kept' },
        irc_odd_example_org: { username: 'alice2' },
        elsewhere: { username: 'a3' },
      },
      features: { mentions: true, other: 'not a flag' },
      last_seen_ts: 1_700_000_000_000,
      later: { deep: [1, 2] },
    });
    assert.deepEqual(docIn('users.db', 'config')!['data'], {
      ipv6_counter_irc_example_org: { '*': 41, hs_example: 8 },
      ipv6_counter_elsewhere: { '*': 3 },
    });
  });

  it('removes links of the configuration, the very old ones too, and nothing of other kinds', async () => {
    const store = await open();
    await store.links.removeOfOrigin(network, 'config');
    await store.close();
    assert.equal(docIn('rooms.db', '!two:hs irc.example.org #old'), undefined);
    assert.equal([...docsIn('rooms.db').values()].filter((doc) => doc['id'] !== undefined).length, 6);
  });

  it('moves a room with the modes of its links, and leaves its other documents', async () => {
    const store = await open();
    await store.links.moveRoom(room('!one:hs'), room('!next'));
    await store.close();
    const moved = docIn('rooms.db', '!next irc.example.org #chan')!;
    assert.deepEqual(moved['remote'], (ROOMS[0] as { remote: unknown }).remote);
    assert.equal(moved['matrix_id'], '!next');
    assert.ok(docIn('rooms.db', '!one:hs'), 'its visibility stays');
    assert.equal(docIn('rooms.db', '!one:hs irc.example.org #chan'), undefined);
  });

  it('goes on from the one counter of very old files, on every network', async () => {
    writeFileSync(join(directory, 'users.db'), asFile([{ type: 'remote', id: 'config', data: { ipv6_counter: 9 }, _id: 'd1' }]));
    const store = await open();
    assert.equal(await store.counters.next(network, '*'), 10);
    assert.equal(await store.counters.next(odd, '*'), 10);
    await store.close();
    assert.equal((docIn('users.db', 'config')!['data'] as Record<string, unknown>)['ipv6_counter'], null);
  });
});
