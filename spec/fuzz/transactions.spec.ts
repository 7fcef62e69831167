/** Z2: transactions whose events have been played with, to the real bridge: always an answer, and talk goes on. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertNoFault } from '../support/look.js';
import { Pusher } from '../support/push.js';
import { Chance } from '../support/random.js';
import { stage } from '../support/stage.js';
import { bentBody, bentEvent, soundEvent } from './support/events.js';
import { SECONDS, theSeed, watch } from './support/watch.js';

/** Transactions side by side; a homeserver has one, but proxies and retries make more. */
const AT_ONCE = 3;

describe('Z2: anything from the homeserver', () => {
  const fuzzed = stage({ bridge: { service: { logging: { level: 'error', toConsole: true } } } });

  it(`goes on for ${SECONDS} s: each transaction is answered, the process lives, talk goes on`, async function () {
    this.timeout((SECONDS + 180) * 1000);
    const seed = theSeed();
    const { people, bridge, world } = fuzzed;
    const [bob, eve] = [await people.onIrc('bob', '#good', '#fuzz'), await people.onIrc('eve', '#fuzz')];
    const [alice, mallory] = [await people.onMatrix('alice'), await people.onMatrix('mallory')];
    const room = await alice.joins(people.alias('#good'));
    const spoilt = await mallory.joins(people.alias('#fuzz'));
    await alice.says(room, 'begin');
    await bob.sees('begin', { to: '#good' });

    const bot = '@appservice-irc:hs.test';
    const direct = async (whom: string): Promise<string> => {
      const made = await mallory.makesRoom({ preset: 'trusted_private_chat', is_direct: true, invite: [whom] });
      await mallory.seesMember(whom, 'join', made);
      return made;
    };
    const [admin, pm] = [await direct(bot), await direct(people.ghost('eve'))];

    const pusher = new Pusher(bridge);
    const scenery = {
      rooms: [spoilt, spoilt, admin, pm, '!nowhere:hs.test'],
      people: [mallory.userId, '@nobody:hs.test', '@irc_x:evil.org', '@far:other.org'],
      ghosts: [people.ghost('eve'), people.ghost('ghost')],
      bot,
    };
    const end = new AbortController();
    const statuses = new Map<number, number>();
    let events = 0;
    const pour = async (chance: Chance): Promise<void> => {
      while (!end.signal.aborted) {
        const count = 1 + chance.below(12);
        const texts = Array.from({ length: count }, () => (chance.in(0.85) ? bentEvent(chance, scenery) : JSON.stringify(soundEvent(chance, scenery))));
        events += count;
        const { status } = await pusher.raw(bentBody(chance, texts));
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        assert.ok(status === 200 || status === 400, `answered ${status}`);
        await sleep(chance.below(20));
      }
    };
    const pouring = Promise.all(Array.from({ length: AT_ONCE }, (_, n) => pour(new Chance(seed + n))));
    const watching = watch(fuzzed, pusher, { alice, bob, room, channel: '#good' }, end.signal);
    await Promise.race([sleep(SECONDS * 1000), watching, pouring]);
    end.abort();
    const [seen] = await Promise.all([watching, pouring]);
    pusher.end();
    console.log(`    ${events} events, answers ${JSON.stringify([...statuses])}, ${eve.messages.length} lines on IRC`);
    assertNoFault(bridge);
    assert.ok((statuses.get(200) ?? 0) > 0 && (statuses.get(400) ?? 0) > 0, 'both answers were given');
    assert.ok(eve.messages.length > 0, 'nothing of it was a message');
    assert.ok(mallory.messages(admin).some(({ sender }) => sender === bot), 'the bot answered no order');
    assert.ok(seen.mostMiB < 500, `${seen.mostMiB} MiB`);
    assert.ok(seen.slowestPingMs < 2000, `blocked for ${seen.slowestPingMs} ms`);
    for (const { lines } of world.ircd.connections.filter(({ nickText }) => nickText !== 'bob' && nickText !== 'eve')) {
      for (const line of lines) {
        assert.match(line, /^(?:@[^ \r\n\0]+ )?(?:CAP|NICK|USER|JOIN|PART|PRIVMSG|NOTICE|TAGMSG|BATCH|REDACT|PING|PONG|MODE|NAMES|QUIT|WHOIS|WHO|AWAY|INVITE|TOPIC|KICK|ISON|MONITOR)(?: [^\r\n\0]*)?$/u);
        // Tags have a room of their own: 4,094 bytes of data between '@' and the space (message-tags, "Size limit").
        const [, tags = '', body = ''] = /^(@[^ ]+ )?(.*)$/su.exec(line) ?? [];
        assert.ok(Buffer.byteLength(tags) <= 4096 && Buffer.byteLength(body) <= 510, line);
      }
    }
    const { code } = await bridge.stop();
    assert.equal(code, 0);
  });
});
