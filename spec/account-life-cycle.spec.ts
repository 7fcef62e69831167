/** What accounts do on the homeserver, and what follows on IRC (FEATURES §6, RELIABILITY §2.11), on the sandbox's servers. */

import assert from 'node:assert/strict';
import { Accounts } from './support/accounts.js';
import type { MatrixPerson, People } from './support/people.js';
import { stage } from './support/stage.js';

/** Somebody who has spoken in a channel, so that he is on IRC. */
async function onBoth(people: People, name: string, channel: string): Promise<{ person: MatrixPerson; room: string }> {
  const person = await people.onMatrix(name);
  const room = await person.joins(people.alias(channel));
  await person.says(room, `${name} is here`);
  return { person, room };
}

/** Nick, ident and host of who sent a line. */
const maskOf = ({ raw }: { readonly raw: string }): string => /:(\S+)/u.exec(raw)?.[1] ?? '';

const ircClients = { nickTemplate: '$DISPLAY[m]', reconnectIntervalMs: 0, flood: false };
const network = { ircClients, sendConnectionMessages: false };

describe('account life cycle', () => {
  describe('with a grace time of a second', () => {
    const set = stage({ bridge: { network, service: { syntheticEvents: { enabled: true, logoutGraceSecs: 1 } } } });
    let accounts: Accounts;
    before(() => {
      accounts = new Accounts(set.bridge);
    });
    after(() => accounts.end());

    it('SYN-7, SYN-8, SYN-9, M3: one device less is nothing, the last one less is a QUIT, a login brings all back', async () => {
      const { people } = set;
      const bob = await people.onIrc('bob', '#acc1', '#acc2');
      const { person: alice, room } = await onBoth(people, 'alice', '#acc1');
      const other = await alice.joins(people.alias('#acc2'));
      await alice.says(other, 'here too');
      await bob.sees('here too', { to: '#acc2' });
      const masks = [await bob.seesJoin('alice[m]', '#acc1'), await bob.seesJoin('alice[m]', '#acc2')].map(maskOf);
      await accounts.tell(accounts.login(alice.userId, 'PHONE'), accounts.login(alice.userId, 'LAPTOP'));
      await accounts.tell(accounts.logout(alice.userId, 'PHONE'));
      await alice.says(room, 'still here');
      await bob.sees('still here');
      await accounts.tell(accounts.logout(alice.userId, 'LAPTOP'));
      const quit = await bob.hears('QUIT', ({ from }) => from === 'alice[m]');
      assert.match(quit.raw, /Logged out/u);
      await accounts.tell(accounts.login(alice.userId, 'TABLET'));
      assert.deepEqual([await bob.seesJoin('alice[m]', '#acc1'), await bob.seesJoin('alice[m]', '#acc2')].map(maskOf), masks);
      assert.equal(bob.heard.all.filter(({ command }) => command === 'QUIT').length, 1);
    });
  });
});
