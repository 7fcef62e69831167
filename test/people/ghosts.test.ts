import assert from 'node:assert/strict';
import { backoff } from '../../src/lib/backoff.js';
import { BridgeError } from '../../src/model/errors.js';
import { asNetworkName } from '../../src/model/irc-names.js';
import { makeUserQuery } from '../../src/matrix-to-irc/user-query.js';
import { ghostDisplayName, ghostId, ghostNick, type GhostNaming } from '../../src/naming/ghost-id.js';
import { Ghosts } from '../../src/people/ghosts.js';
import { MemoryHomeserver } from '../support/homeserver.js';
import { MemoryNetwork } from '../support/irc.js';
import { TestClock } from '../support/clock.js';
import { NET, nickOf, ROOM, userId } from '../support/make.js';

const naming: GhostNaming = { userTemplate: '@irc_$NICK', displayName: '$NICK (IRC)', server: NET, domain: 'hs.test' };

function parts(joinAttempts = -1) {
  const homeserver = new MemoryHomeserver();
  const network = new MemoryNetwork();
  homeserver.room(ROOM);
  const names = {
    idOf: (nick: Parameters<typeof ghostId>[1]) => ghostId(naming, nick),
    displayNameOf: (nick: Parameters<typeof ghostId>[1]) => ghostDisplayName(naming, nick),
    joinAttempts,
  };
  const clock = new TestClock();
  const stopping = new AbortController();
  const times = { clock, stopping: stopping.signal };
  const ghosts = new Ghosts(homeserver, new Map([[NET, network]]), new Map([[NET, names]]), times);
  const nickOfUser = (user: string) => {
    const nick = ghostNick(naming, user);
    return nick === undefined ? undefined : { network: NET, nick };
  };
  return { clock, stopping, ghosts, homeserver, network, query: makeUserQuery({ ghosts, nickOf: nickOfUser }) };
}

describe('people/ghosts', () => {
  it('GHOST-4: spellings that the network holds equal are one ghost, named as it is written now', () => {
    const { ghosts } = parts();
    assert.deepEqual(ghosts.of(NET, nickOf('bob[x]')), { nick: 'bob[x]', userId: '@irc_bob=5bx=5d:hs.test', displayName: 'bob[x] (IRC)', joinAttempts: -1 });
    assert.deepEqual(ghosts.of(NET, nickOf('BOB{X}')), { nick: 'BOB{X}', userId: '@irc_bob=5bx=5d:hs.test', displayName: 'BOB{X} (IRC)', joinAttempts: -1 });
  });

  it('GHOST-4: and two where it does not', () => {
    const { ghosts, network } = parts();
    ghosts.of(NET, nickOf('bob[x]'));
    network.announce('ascii');
    assert.notEqual(ghosts.of(NET, nickOf('bob[x]')).userId, ghosts.of(NET, nickOf('bob{x}')).userId);
  });

  it('is registered, named, then in the room; doing it again asks for nothing', async () => {
    const { ghosts, homeserver } = parts();
    const bob = ghosts.of(NET, nickOf('bob'));
    await ghosts.ensureIn(bob, ROOM);
    await ghosts.ensureIn(bob, ROOM);
    assert.deepEqual(homeserver.deeds, ['register @irc_bob:hs.test', 'join @irc_bob:hs.test !cats:hs.test']);
    assert.equal(homeserver.accounts.get(bob.userId), 'bob (IRC)');
    await ghosts.leave(bob, ROOM);
    assert.equal(homeserver.isIn(bob.userId, ROOM), false);
  });

  for (const [attempts, refusals, gets] of [
    [-1, 1, false],
    [3, 3, false],
    [3, 2, true],
    [0, 40, true],
  ] as const) {
    it(`GHOST-7: joinAttempts ${attempts}, refused ${refusals} times: ${gets ? 'gets in' : 'gives up'}`, async () => {
      const { ghosts, homeserver, clock } = parts(attempts);
      const bob = ghosts.of(NET, nickOf('bob'));
      homeserver.deny('join', 'HOMESERVER_FORBIDDEN');
      const ended = ghosts.ensureIn(bob, ROOM).then(
        () => true,
        () => false,
      );
      for (let tries = 1; tries < refusals; tries++) await clock.advance(backoff(tries - 1, 2_000, 300_000, 1));
      if (gets) homeserver.relent();
      await clock.advance(300_000);
      assert.equal(await ended, gets);
    });
  }

  it('GHOST-7: a stop ends the waiting, and the line stays in the journal', async () => {
    const { ghosts, homeserver, clock, stopping } = parts(0);
    const bob = ghosts.of(NET, nickOf('bob'));
    homeserver.deny('join', 'HOMESERVER_FORBIDDEN');
    const ended = ghosts.ensureIn(bob, ROOM);
    await clock.advance(1);
    stopping.abort(new BridgeError('STOPPING', 'stop'));
    await assert.rejects(ended, { code: 'STOPPING' });
  });

  it('a network that does not exist is a fault', () => {
    assert.throws(() => parts().ghosts.of(asNetworkName('gone.test'), nickOf('bob')), /no such network/);
  });

  it('AS-4: a query registers the ghost of an id that is some nick’s, and no other', async () => {
    const { query, homeserver } = parts();
    assert.equal(await query(userId('@irc_bob:hs.test')), true);
    for (const id of ['@irc_bob:evil.test', '@irc_:hs.test', '@irc_a=20b:hs.test', '@alice:hs.test', '@xirc_bob:hs.test']) {
      assert.equal(await query(userId(id)), false, id);
    }
    assert.deepEqual([...homeserver.accounts], [['@irc_bob:hs.test', 'bob (IRC)']]);
  });

  it('what Matrix users ask for does not decide which ghost an IRC user gets', async () => {
    const { query, ghosts } = parts();
    await query(userId('@irc_BOB:hs.test'));
    assert.equal(ghosts.of(NET, nickOf('bob')).userId, '@irc_bob:hs.test');
  });
});
