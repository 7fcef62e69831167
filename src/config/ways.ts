/** How messages look on IRC: the words of `matrixHandler`, of each network, and of each room's own settings (RC-4). */

import { oneOf } from './kinds.js';

export const ways = {
  /** What is said of an edit: what changed, the whole new text, or nothing (M2I-12). */
  edits: oneOf('diff', 'full', 'silent'),
  /** M2I-23. */
  reactions: oneOf('off', 'notice', 'action'),
  /** M2I-25. */
  redactions: oneOf('off', 'notice'),
  /** A message of a thread: as an answer to the one before it, or with the thread's first words in front (M2I-22). */
  threads: oneOf('reply', 'prefix'),
  /** FMT-9. */
  formatting: oneOf('full', 'nocolor', 'plain', 'markdown'),
  /**
   * A late reply quotes what it answers, or all name the nick alone (M2I-16), or the tag alone tells it where IRC passes
   * it on and knows what is answered (M2I-21): else as with `quote`.
   */
  replies: oneOf('quote', 'nick', 'tag'),
  /** Files: with a link, also with how large and long they are to be seen (MEDIA-10), or only named. */
  media: oneOf('link', 'details', 'name'),
  /** How words of code are marked (FMT-1). */
  code: oneOf('monospace', 'backticks'),
  /** What is put in front of what the bot says for people of other bridges (M2I-42). */
  relayName: oneOf('display', 'localpart', 'mxid'),
};

/** Which way something is carried: to nobody, to IRC, to Matrix, or both ways. */
const direction = oneOf('off', 'irc', 'matrix', 'any');

/** What rooms that were there before their channel, and every room for itself, can say besides (RC-4, RC-7). */
export const directions = {
  /** The topic (M2I-9, I2M-18). */
  topicSync: direction,
  /** Joins and leaves, never more of them than the network's `membershipLists` carry. */
  membership: direction,
};

/** See `directions`. */
export type Direction = 'off' | 'irc' | 'matrix' | 'any';
