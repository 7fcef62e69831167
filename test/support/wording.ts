/** How a message is worded in tests: bob is a ghost, carol a person with a client, #cats the only channel. */

import { networkDefaults } from '../../src/config/network.js';
import { ircService } from '../../src/config/services.js';
import type { Wording } from '../../src/matrix-to-irc/wording.js';
import { type RoomWays, waysOf } from '../../src/policy/ways-of.js';

const NICKS: Readonly<Record<string, string>> = { '@irc_bob:hs.test': 'bob', '@carol:hs.test': 'carol[m]', '@alice:hs.test': 'alice[m]' };
const CHANNELS: Readonly<Record<string, string>> = { '#irc_#cats:hs.test': '#cats', '!cats:hs.test': '#cats' };
export const FORM = ircService.parse({}).matrixHandler;

export function aWording(ways: RoomWays = {}, set: Partial<Wording> = {}): Wording {
  return {
    ways: waysOf(ways, networkDefaults(), FORM),
    form: FORM,
    budget: () => 400,
    nickOf: (user) => NICKS[user],
    channelOf: (room) => CHANNELS[room],
    ...set,
  };
}
