import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRoomId, parseUserId } from '../../src/model/ids.js';
import { parseChannelName, parseNick } from '../../src/model/irc-names.js';
import { aStore } from '../support/store.js';
import { NETWORKS, storeContract } from './contract.js';

describe('store: NeDB in memory', () => storeContract(() => aStore({ networks: NETWORKS })));

describe('store: NeDB in files', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'causeway-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));
  const open = (): ReturnType<typeof aStore> => aStore({ directory, networks: NETWORKS });
  storeContract(open, async (store) => {
    await store.close();
    return open();
  });

  it('SYN-10: of whom it is asked to clean nothing stands in any file but the mark, not in the copies either; others stay', async () => {
    const [alice, bob] = ['@alice:hs', '@bob:hs'].map((id) => parseUserId(id)!);
    const own = (): ReturnType<typeof aStore> => aStore({ directory: join(directory, 'own'), networks: NETWORKS });
    const room = parseRoomId('!talk:hs')!;
    const said = (text: string): string[] => readdirSync(join(directory, 'own')).filter((name) => name.includes('.db') && readFileSync(join(directory, 'own', name), 'latin1').includes(text));
    let store = await own();
    for (const [person, nick] of [[alice, 'Ali'], [bob, 'Bobby']] as const) {
      await store.people.saveSettings({ person: person!, network: NETWORKS[0]!, nick, ident: `${nick}id`, password: `${nick}pw` });
    }
    await store.pmRooms.add({ room, network: NETWORKS[0]!, person: alice!, nick: parseNick('dan')!, ghost: parseUserId('@irc_dan:hs')! });
    await store.links.add({ network: NETWORKS[0]!, channel: parseChannelName('#c')!, room: parseRoomId('!c:hs')!, origin: 'alias' });
    await store.close();
    appendFileSync(join(directory, 'own/users.db'), '{"data":{"nick":"Ali"\n{"type":"matrix","id":"@alice:hs","data":{"nick":"Ali"');
    store = await own();
    await store.people.saveSettings({ person: alice!, network: NETWORKS[0]!, nick: 'Ali2' });
    assert.deepEqual([said('Ali').length, said('!talk').length], [3, 2], 'file, first copy and faulty lines');
    await store.people.saveRecord({ person: alice!, features: {}, deactivated: true });
    await store.people.forget(alice!);
    await store.pmRooms.remove(room);
    await store.scrub([alice!]);
    for (const word of ['Ali', '!talk', '@irc_dan']) assert.deepEqual(said(word), [], word);
    assert.deepEqual(said('@alice:hs'), ['users.db']);
    assert.deepEqual(said('Bobbypw').sort(), ['users.db', 'users.db.bak']);
    assert.deepEqual(said('!c:hs').sort(), ['rooms.db', 'rooms.db.bak']);
    await store.close();
  });

  it('refuses writes after close', async () => {
    const store = await open();
    await store.close();
    await assert.rejects(store.counters.next(NETWORKS[0]!, '*'), { code: 'STORE_FAULT' });
  });
});
