/** State that tells clients with what a room is bridged (MSC2346; STATE-1): put into rooms that are made, and mended on wish. */

import type { NetworkConfig } from '../config/network.js';
import type { Homeserver, RoomWish } from '../homeserver/port.js';
import type { Log } from '../lib/log.js';
import { faultText, isFault } from '../model/errors.js';
import type { RoomId } from '../model/ids.js';
import type { ChannelName, NetworkName, Nick } from '../model/irc-names.js';
import type { JsonObject } from '../model/matrix-content.js';

export interface BridgeInfoNeeds {
  readonly homeserver: Pick<Homeserver, 'bot' | 'stateOf'>;
  readonly configOf: (network: NetworkName) => NetworkConfig;
  /** `ircService.bridgeInfoState`. */
  readonly config: () => { readonly enabled: boolean; readonly initial: boolean; readonly stable: boolean };
  readonly log: Log;
}

/** With what a room is bridged: a channel, or in a private room a nick. */
export interface Bridged {
  readonly network: NetworkName;
  readonly target: ChannelName | Nick;
}

/** The type that clients know, and the one that the MSC will have once it is accepted. */
const TYPES = ['uk.half-shot.bridge', 'm.bridge'] as const;

export class BridgeInfo {
  readonly #needs: BridgeInfoNeeds;

  constructor(needs: BridgeInfoNeeds) {
    this.#needs = needs;
  }

  /** Whether all rooms are to be looked through at the start (STATE-2). */
  get initial(): boolean {
    const { enabled, initial } = this.#needs.config();
    return enabled && initial;
  }

  /** For the making of a room; empty where it is off. */
  stateOf(bridged: Bridged): NonNullable<RoomWish['initialState']> {
    const { homeserver, configOf } = this.#needs;
    const content = contentOf(bridged, configOf(bridged.network), homeserver.bot.userId);
    return this.#types().map((type) => ({ type, state_key: keyOf(bridged, configOf(bridged.network)), content }));
  }

  /** Sets what is missing or wrong in a room; where the bot has not the power it is tried once, and said in the log (STATE-8). */
  async mend(room: RoomId, bridged: Bridged): Promise<void> {
    const { homeserver, log } = this.#needs;
    for (const { type, state_key: key, content } of this.stateOf(bridged)) {
      if (isSame(await homeserver.stateOf(room, type, key), content)) continue;
      try {
        await homeserver.bot.sendState(room, type, key, content);
      } catch (fault) {
        if (isFault(fault, 'STOPPING')) throw fault;
        log.info('a room does not let the bot say with what it is bridged', { room, type, why: faultText(fault) });
        return;
      }
    }
  }

  #types(): readonly string[] {
    const { enabled, stable } = this.#needs.config();
    return enabled ? TYPES.slice(0, stable ? 2 : 1) : [];
  }
}

/** The predecessor's key, so that its state is replaced and not doubled. */
function keyOf({ network, target }: Bridged, config: NetworkConfig): string {
  return `org.matrix.appservice-irc:/${config.networkId ?? network}/${target.replaceAll('/', '%2F')}`;
}

function contentOf({ network, target }: Bridged, config: NetworkConfig, bot: string): JsonObject {
  return {
    bridgebot: bot,
    protocol: { id: 'irc', displayname: 'IRC' },
    network: {
      id: config.networkId ?? network,
      displayname: config.name ?? network,
      ...(config.icon === undefined ? {} : { avatar_url: config.icon }),
    },
    channel: { id: target, external_url: `irc://${network}/${target}` },
  };
}

/** Whether all that we would say is there; others may have added to it, such as who made the link. */
function isSame(there: JsonObject | undefined, wished: JsonObject): boolean {
  return there !== undefined && Object.entries(wished).every(([key, value]) => JSON.stringify(sorted(there[key])) === JSON.stringify(sorted(value)));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
