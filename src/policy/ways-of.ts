/** How a message looks in one channel: what the room says, else the network, else the bridge (RC-3, RC-4, FMT-9). */

import type { NetworkConfig } from '../config/network.js';
import type { MatrixHandlerConfig } from '../config/services.js';
import type { Direction } from '../config/ways.js';

type Words = 'edits' | 'reactions' | 'redactions' | 'threads' | 'formatting' | 'code' | 'replies' | 'media' | 'relayName';

/** See `config/ways.ts` for what the words mean. */
export type Ways = Pick<MatrixHandlerConfig, Words> & {
  /** Most lines of one message. */
  readonly lineLimit: number;
  /** Bytes of a text that may get a page, where the room wants fewer than `pastes.maxBytes`; 0: there are no pages. */
  readonly pasteLimit?: number;
};

/** What a room says for itself; keys that it leaves open are absent. */
export type RoomWays = Partial<Ways> & {
  readonly modeNotices?: boolean;
  readonly topicSync?: Direction;
  readonly membership?: Direction;
  /** Masks of people on IRC whose words do not come into the room. */
  readonly ignoreMasks?: readonly string[];
};

export const NO_ROOM_WAYS: RoomWays = {};

/** The ways in force for a room and a network. */
export function waysOf(room: RoomWays, network: NetworkConfig, general: MatrixHandlerConfig): Ways {
  return {
    edits: room.edits ?? network.edits ?? general.edits,
    reactions: room.reactions ?? network.reactions ?? general.reactions,
    redactions: room.redactions ?? network.redactions ?? general.redactions,
    threads: room.threads ?? network.threads ?? general.threads,
    formatting: room.formatting ?? network.formatting ?? general.formatting,
    code: room.code ?? network.code ?? general.code,
    replies: room.replies ?? network.replies ?? general.replies,
    media: room.media ?? network.media ?? general.media,
    relayName: room.relayName ?? network.relayName ?? general.relayName,
    lineLimit: room.lineLimit ?? network.ircClients.lineLimit,
    ...(room.pasteLimit === undefined ? {} : { pasteLimit: room.pasteLimit }),
  };
}
