/** How a message looks in one channel: what the room says, else the network, else the bridge (RC-3, RC-4, FMT-9). */

import type { NetworkConfig } from '../config/network.js';
import type { MatrixHandlerConfig } from '../config/services.js';
import { ways as spellings } from '../config/ways.js';
import type { JsonObject } from '../model/matrix-content.js';

/** See `config/ways.ts` for what the words mean. */
export type Ways = Pick<MatrixHandlerConfig, 'edits' | 'reactions' | 'redactions' | 'threads' | 'formatting' | 'code' | 'replies' | 'media'> & {
  /** Most lines of one message. */
  readonly lineLimit: number;
  /** Bytes of a text that may get a page, where the room wants fewer than `pastes.maxBytes`; 0: there are no pages. */
  readonly pasteLimit?: number;
};

/** What a room says for itself; keys that it leaves open are absent. */
export type RoomWays = Partial<Ways> & { readonly modeNotices?: boolean };

export const NO_ROOM_WAYS: RoomWays = {};
const WORDS = Object.keys(spellings) as (keyof typeof spellings)[];

/**
 * Reads the content of `org.matrix.appservice-irc.config`, which anybody with power in the room writes: a value that is
 * none is as if it were not there.
 * @param lineLimitMax `perRoomConfig.lineLimitMax`: no room may have more
 */
export function readRoomWays(content: JsonObject, lineLimitMax: number | undefined): RoomWays {
  const read: Record<string, unknown> = {};
  for (const word of WORDS) {
    const parsed = Object.hasOwn(content, word) ? spellings[word].safeParse(content[word]) : undefined;
    if (parsed?.success) read[word] = parsed.data;
  }
  const lines = content['lineLimit'];
  if (typeof lines === 'number' && Number.isSafeInteger(lines) && lines > 0) read['lineLimit'] = Math.min(lines, lineLimitMax ?? lines);
  const bytes = content['pasteLimit'];
  if (typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes >= 0) read['pasteLimit'] = bytes;
  if (typeof content['modeNotices'] === 'boolean') read['modeNotices'] = content['modeNotices'];
  return read;
}

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
    lineLimit: room.lineLimit ?? network.ircClients.lineLimit,
    ...(room.pasteLimit === undefined ? {} : { pasteLimit: room.pasteLimit }),
  };
}
