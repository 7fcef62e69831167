import assert from 'node:assert/strict';
import { networkDefaults } from '../../src/config/network.js';
import { mayCommand, permissionOf } from '../../src/policy/may-command.js';
import { mayTalk } from '../../src/policy/may-talk.js';
import { mirrorsToIrc, mirrorsToMatrix } from '../../src/policy/mirrors.js';
import { MemoryNetwork } from '../support/irc.js';
import { ALICE, CATS, channelOf, nickOf, ROOM, roomId, userId } from '../support/make.js';

const network = new MemoryNetwork();

describe('policy/may-talk, may-command, mirrors', () => {
  const rows: [string, object, string, boolean][] = [
    ['PM-3: usually they may', {}, '@alice:hs.test', true],
    ['PM-4: not where it is off', { enabled: false }, '@alice:hs.test', false],
    ['PM-7: not with excluded nicks, however written', { exclude: ['BO{'] }, '@alice:hs.test', false],
    ['PM-4: people of other servers may', {}, '@alice:far.test', true],
    ['PM-4: not without federate', { federate: false }, '@alice:far.test', false],
    ['S5: a domain that only ends like ours is another', { federate: false }, '@alice:evil.hs.test', false],
  ];
  for (const [sentence, set, person, may] of rows) {
    it(sentence, () => {
      const { privateMessages } = networkDefaults({ privateMessages: set });
      assert.equal(mayTalk(userId(person), nickOf('bo['), privateMessages, network, 'hs.test').ok, may);
    });
  }

  it('ADM-14: names of objects are no rules', () => {
    assert.equal(permissionOf(userId('@a:constructor'), {}), 'user');
    assert.deepEqual(['admin', 'user', 'commands', 'relay', 'block'].map((each) => mayCommand(each as 'user')), [true, true, true, false, false]);
    assert.equal(permissionOf(ALICE, { '*': 'block', 'hs.test': 'commands' }), 'commands');
  });

  it('MEM-8: rules of a room or channel win; enabled: false turns all off', () => {
    const on = { incremental: true };
    const lists = {
      enabled: true,
      global: { matrixToIrc: on, ircToMatrix: on },
      rooms: [{ room: '!quiet:hs.test', matrixToIrc: { initial: true } }],
      channels: [{ channel: '#QUIET', ircToMatrix: {} }],
    };
    const { membershipLists } = networkDefaults({ membershipLists: lists });
    assert.equal(mirrorsToIrc(membershipLists, ROOM, 'incremental'), true);
    assert.equal(mirrorsToIrc(membershipLists, ROOM, 'initial'), false);
    assert.equal(mirrorsToIrc(membershipLists, roomId('!quiet:hs.test'), 'incremental'), false);
    assert.equal(mirrorsToIrc(membershipLists, roomId('!quiet:hs.test'), 'initial'), true);
    assert.equal(mirrorsToMatrix(membershipLists, CATS, network, 'incremental'), true);
    assert.equal(mirrorsToMatrix(membershipLists, channelOf('#quiet'), network, 'incremental'), false);
    const off = networkDefaults({ membershipLists: { ...lists, enabled: false } }).membershipLists;
    assert.deepEqual([mirrorsToIrc(off, ROOM, 'incremental'), mirrorsToMatrix(off, CATS, network, 'incremental')], [false, false]);
  });
});
