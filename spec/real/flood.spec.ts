/** R32: flood settings of real IRC servers as they are shipped, and our pacing as it is shipped; the homeserver is the sandbox's. */

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Bridge } from '../support/bridge.js';
import { Ledger } from '../support/ledger.js';
import { until } from '../support/look.js';
import { IrcPerson, People } from '../support/people.js';
import { sandboxWorld } from '../support/world.js';
import { inspircd, ngircd, present, type RealServer } from './servers.js';

const LINES = 60;
/** The `<connect>` block of the example configuration in InspIRCd 3. */
const SHIPPED = 'recvq="10240" threshold="10" commandrate="1000" fakelag="on"';

/** InspIRCd with the rules that the other stories go without; ngIRCd's are built in. */
const servers = {
  async inspircd(directory: string): Promise<RealServer> {
    const made = await inspircd(directory);
    const file = path.join(directory, 'inspircd.conf');
    const text = readFileSync(file, 'utf8');
    const strict = text.replace('recvq="16384" threshold="100000" commandrate="100000" fakelag="off"', SHIPPED);
    assert.notEqual(strict, text, 'the rules are in force');
    writeFileSync(file, strict);
    return made;
  },
  ngircd,
};

async function judges(kind: keyof typeof servers): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'causeway-real-'));
  const irc = await servers[kind](path.join(directory, 'irc'));
  const world = await sandboxWorld();
  const people = new People(world);
  const bob = new IrcPerson('bob');
  let bridge: Bridge | undefined;
  try {
    await irc.start();
    bridge = await Bridge.start(world, { ircPort: irc.port, network: { ircClients: { nickTemplate: 'M-$LOCALPART' } } });
    await bob.connects(irc.port);
    await bob.joins('#flood');
    const alice = await people.onMatrix('alice');
    const room = await alice.joins(people.alias('#flood'));
    const ledger = new Ledger('flood');
    for (let n = 0; n < LINES; n++) await alice.says(room, ledger.token('alice', 'flood'));
    const texts = (): string[] => bob.messages.map(({ text }) => text);
    await until(`${kind}: all have come`, () => ledger.judge(texts()).lost.length === 0, 200_000);
    assert.deepEqual(ledger.judge(texts()), { sent: LINES, lost: [], doubled: [], disordered: [] }, kind);
    assert.deepEqual(bridge.log.filter((line) => line.includes('client lost')), [], kind);
  } catch (fault) {
    console.error(bridge?.process.tail(30));
    throw fault;
  } finally {
    await bob.quits();
    await people.leave();
    await bridge?.remove();
    await world.close();
    await irc.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

describe('flood rules of real servers', () => {
  it(`R32: InspIRCd and ngIRCd, ${LINES} lines at once: nobody is put off, none is lost`, async function () {
    this.timeout(300_000);
    const lacking = (['inspircd', 'ngircd'] as const).filter((kind) => !present[kind]());
    if (lacking.length > 0 && process.env['CAUSEWAY_REQUIRE_REAL'] === '1') throw new Error(`not installed here: ${lacking.join(', ')}`);
    const there = (['inspircd', 'ngircd'] as const).filter((kind) => present[kind]());
    if (there.length === 0) this.skip();
    await Promise.all(there.map(judges));
  });
});
