/** H12: an alias is asked for, and the IRC server refuses the channel, by each numeric there is, or says nothing. */

import assert from 'node:assert/strict';
import { networkDefaults } from '../../src/config/network.js';
import { makeAliasQuery } from '../../src/matrix-to-irc/alias-query.js';
import { channelOfAlias } from '../../src/naming/alias.js';
import { makeOpenChannelRoom } from '../../src/rooms/channel-room.js';
import { Links } from '../../src/rooms/links.js';
import { TestClock, until } from '../support/clock.js';
import { MemoryHomeserver } from '../support/homeserver.js';
import { Bench } from '../support/irc-network.js';
import { aliasId, listeningLog } from '../support/make.js';
import { MemoryLinks } from '../support/memory-store.js';

describe('rooms: an alias of a channel that lets nobody in', () => {
  let bench: Bench;
  afterEach(() => bench.end());

  const refusals: [string, string | undefined][] = [
    ['403', 'No such channel'],
    ['405', 'You have joined too many channels'],
    ['437', 'Nick/channel is temporarily unavailable'],
    ['471', 'Cannot join channel (+l)'],
    ['473', 'Cannot join channel (+i)'],
    ['474', 'Cannot join channel (+b)'],
    ['475', 'Cannot join channel (+k)'],
    ['476', 'Bad Channel Mask'],
    ['477', 'You need to identify'],
    ['489', 'Cannot join channel (SSL only)'],
    ['520', 'Cannot join channel (IRCops only)'],
    ['silence', undefined],
  ];
  for (const [numeric, words] of refusals) {
    it(`H12, G8: ${numeric}: 404 within 30 s, no room, no alias, no link, and the bot does not go on trying`, async () => {
      const clock = new TestClock();
      bench = await Bench.make({}, clock);
      const { network, server } = bench;
      server.script = (peer, line, [command, channel]) => {
        if (command !== 'JOIN') return undefined;
        if (words !== undefined) peer.send(`:irc.test ${numeric} ${peer.nick} ${channel} :${words}`);
        return true;
      };
      network.start();
      assert.equal((await network.bot.whenReady()).ok, true);
      const homeserver = new MemoryHomeserver();
      const links = new Links(new MemoryLinks(), new Map([[network.name, network]]));
      const { log } = listeningLog();
      const config = networkDefaults({ dynamicChannels: { enabled: true, aliasTemplate: '#irc_$CHANNEL' } });
      const ask = makeAliasQuery({
        networks: new Map([[network.name, network]]),
        configOf: () => config,
        channelOf: (name, alias) => channelOfAlias({ aliasTemplate: '#irc_$CHANNEL', server: name, domain: 'hs.test' }, network.caseMapping, alias),
        openChannelRoom: makeOpenChannelRoom({ homeserver, links, bridgeInfo: { stateOf: () => [] }, clock, log }),
        log,
      });
      const alias = aliasId('#irc_#cats:hs.test');
      const answers: boolean[] = [];
      const answered = ask(alias).then((answer) => answers.push(answer));
      const [peer] = server.peers;
      const joins = (): number => peer?.lines.filter((line) => line.startsWith('JOIN')).length ?? 0;
      await until('it is tried', () => joins() > 0);
      // What is tried again is tried within the time that the homeserver gives us.
      for (let waited = 0; waited < 29_000 && answers.length === 0; waited += 1_000) await clock.advance(1_000);
      await answered;
      assert.deepEqual(answers, [false]);
      assert.deepEqual([homeserver.rooms, [...homeserver.aliases], links.onNetwork(network.name)], [[], [], []]);
      const before = joins();
      await clock.advance(20_000);
      peer?.send('PING :done');
      await peer?.got('PONG :done');
      assert.equal(joins(), before);
    });
  }
});
