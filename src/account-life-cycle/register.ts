/** An account is made: its names on IRC are settled, and if that is wished it is greeted or connected (SYN-6). */

import type { NetworkConfig } from '../config/network.js';
import type { EntryId } from '../journal/port.js';
import type { Log } from '../lib/log.js';
import type { UserId } from '../model/ids.js';
import type { ChannelName, NetworkName } from '../model/irc-names.js';
import { parseChannelName } from '../model/irc-names.js';
import type { SettleIdent } from '../people/idents.js';
import { mayConnect } from '../policy/may-connect.js';
import type { TellPerson } from '../rooms/admin-room.js';
import type { PeopleStore } from '../store/port.js';
import type { Arrive } from './arrive.js';

export interface RegisterNeeds {
  readonly networks: ReadonlyMap<NetworkName, unknown>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly people: Pick<PeopleStore, 'record' | 'saveRecord'>;
  readonly settleIdent: SettleIdent;
  readonly arrive: Arrive;
  readonly tellPerson: TellPerson;
  /** `syntheticEvents.autoJoin`: as `network/#channel`. */
  readonly autoJoin: () => readonly string[];
  readonly log: Log;
}

/** Each may be repeated without harm. They throw `STORE_FAULT` and `STOPPING`. */
export interface Register {
  /** Lifts an old mark of deactivation. */
  openAgain(person: UserId): Promise<void>;
  /** The same, and gives an ident on each network that is open to him. */
  prepare(person: UserId): Promise<void>;
  /** Writes to him in a room of his with the bot. */
  welcome(person: UserId, entry: EntryId, repeat: boolean): Promise<void>;
  /** Connects him to the networks open to him, and joins `autoJoin`. */
  connect(person: UserId): Promise<void>;
}

const WELCOME =
  'Welcome. This homeserver is bridged to IRC: join a bridged room and talk there, and you are on IRC too. ' +
  'In this room you can give me commands; !help lists them.';

export function makeRegister(needs: RegisterNeeds): Register {
  const { people, configOf, log } = needs;
  const openTo = async (person: UserId): Promise<readonly NetworkName[]> => {
    const record = await people.record(person);
    return [...needs.networks.keys()].filter((name) => {
      const config = configOf(name);
      return config.allowAutoProvision && mayConnect(person, config, record).ok;
    });
  };
  const openAgain = async (person: UserId): Promise<void> => {
    const record = await people.record(person);
    if (record?.deactivated) await people.saveRecord({ ...record, deactivated: false });
  };
  return {
    openAgain,
    async prepare(person) {
      await openAgain(person);
      for (const network of await openTo(person)) {
        const { ident } = await needs.settleIdent(network, person);
        log.info('prepared for IRC', { person, network, ident });
      }
    },
    async welcome(person, entry, repeat) {
      const [first] = await openTo(person);
      if (first === undefined) return;
      const notice = { text: WELCOME, txnId: `${entry}.w`, repeat, openFor: configOf(first).name ?? first };
      if (await needs.tellPerson(person, notice)) log.info('welcomed', { person });
    },
    async connect(person) {
      await Promise.all((await openTo(person)).map((network) => needs.arrive(person, network, channelsOf(needs.autoJoin(), network))));
    },
  };
}

function channelsOf(autoJoin: readonly string[], network: NetworkName): readonly ChannelName[] {
  return autoJoin.flatMap((place) => (place.startsWith(`${network}/`) ? (parseChannelName(place.slice(network.length + 1)) ?? []) : []));
}
