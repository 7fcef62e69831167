/** Whose words stay on IRC: by the masks of the network, and by those of a room (I2M-16, RC-4). */

import type { NetworkConfig } from '../config/network.js';
import type { IrcNetwork } from '../irc/port.js';
import type { RoomId } from '../model/ids.js';
import type { ChannelName, Hostmask, NetworkName } from '../model/irc-names.js';
import { fitsMask } from '../policy/masks.js';
import type { RoomSettings } from '../rooms/room-settings.js';
import type { Carriage } from './message.js';

export interface IgnoredNeeds {
  readonly networks: ReadonlyMap<NetworkName, Pick<IrcNetwork, 'fold'>>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  readonly roomSettings: Pick<RoomSettings, 'of'>;
}

interface Said {
  readonly network: NetworkName;
  readonly from: Hostmask;
}

export interface Ignored {
  /** By the network's masks. */
  readonly everywhere: (said: Said) => boolean;
  /** By the room's own masks; at once for nearly every line. */
  readonly inRoom: (said: Said & { readonly channel: ChannelName }, room: RoomId) => boolean | Promise<boolean>;
}

export function makeIgnored({ networks, configOf, roomSettings }: IgnoredNeeds): Ignored {
  const fits = (masks: readonly string[] | undefined, { network, from }: Said): boolean =>
    masks?.some((mask) => fitsMask(from, mask, (name) => networks.get(network)?.fold(name) ?? name)) ?? false;
  return {
    everywhere: (said) => fits(configOf(said.network).ignoreMasks, said),
    inRoom(said, room) {
      const { network, channel } = said;
      const settings = roomSettings.of({ room, network, channel });
      return settings instanceof Promise ? settings.then(({ ignoreMasks }) => fits(ignoreMasks, said)) : fits(settings.ignoreMasks, said);
    },
  };
}

/** Carries only what the room does not ignore; the rest is done with. */
export function unlessIgnored(carry: (carriage: Carriage) => Promise<void>, ignored: Pick<Ignored, 'inRoom'>): typeof carry {
  return (carriage) => {
    const found = ignored.inRoom(carriage.line, carriage.room);
    if (found instanceof Promise) return found.then((stays) => (stays ? carriage.ended() : carry(carriage)));
    if (!found) return carry(carriage);
    carriage.ended();
    return Promise.resolve();
  };
}
