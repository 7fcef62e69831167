/** `!join`: a channel's rooms, made when there are none, and the person invited to them (CMD-3, ROOM-5). */

import type { Homeserver } from '../homeserver/port.js';
import { BridgeError, isFault } from '../model/errors.js';
import type { Connect } from '../people/connect.js';
import { mirrorsToIrc } from '../policy/mirrors.js';
import type { Links } from '../rooms/links.js';
import type { OpenOnDemand } from '../rooms/on-demand.js';
import { type Command, usageOf } from './command.js';
import { type ConfigOf, whichNetwork } from './which-network.js';

export interface JoinNeeds {
  readonly configOf: ConfigOf;
  readonly homeserver: Pick<Homeserver, 'bot'>;
  readonly links: Pick<Links, 'configured'>;
  readonly openOnDemand: OpenOnDemand;
  readonly connect: Connect;
}

const NAME = 'join';
const USAGE = '[network] <#channel> [key]';
/** What can be a key: one word that does not look like another parameter (RFC 2812 §3.2.1, RELIABILITY A-8). */
const KEY = /^[^\s\0-\x1f\x7f,:][^\s\0-\x1f\x7f,]{0,49}$/u;

export function makeJoin({ configOf, homeserver, links, openOnDemand, connect }: JoinNeeds): Command {
  return {
    name: NAME,
    group: 'Channels and people',
    usage: USAGE,
    example: '#tea',
    summary: 'Invites you to the room of an IRC channel.',
    async run(call) {
      const settled = whichNetwork(configOf, call);
      if (!settled.ok) return `${settled.refusal.say} ${usageOf({ name: NAME, usage: USAGE })}`;
      const { network, called, args } = settled.value;
      const [text, key, ...more] = args;
      if (text?.startsWith('#') !== true || more.length > 0) return usageOf({ name: NAME, usage: USAGE });
      if (key !== undefined && !KEY.test(key)) return 'A key is one word without commas. Nothing was done.';
      const { person } = call;
      const opened = await openOnDemand({ network, person, channel: text, ...(key === undefined ? {} : { key }) });
      if (!opened.ok) return `You cannot join ${text.slice(0, 100)} on ${called}. ${opened.refusal.say}`;
      const { channel, rooms, invited } = opened.value;
      let told = `You are invited to the room of ${channel} on ${called}: accept the invitation to go there.`;
      if (!invited) {
        try {
          for (const room of rooms) await homeserver.bot.invite(room, person);
        } catch (fault) {
          if (!(fault instanceof BridgeError) || isFault(fault, 'STOPPING')) throw fault;
          told = `${channel} on ${called} has a room, but I may not invite you there. Ask somebody in it to do so.`;
        }
      }
      const mirrored = rooms.some((room) => mirrorsToIrc(configOf(network).membershipLists, links.configured(room), 'incremental'));
      if (key === undefined && !mirrored) return told;
      const client = await connect(person, network);
      const joined = client.ok ? await client.value.join(channel, key === undefined ? {} : { key }) : client;
      if (!joined.ok) return `You did not get into ${channel} on IRC. ${joined.refusal.say} ${told}`;
      return `You are in ${channel} on IRC now. ${told}`;
    },
  };
}
