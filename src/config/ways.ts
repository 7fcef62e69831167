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
  /** A late reply quotes what it answers, or all name the nick alone (M2I-16). */
  replies: oneOf('quote', 'nick'),
  /** Files: with a link, also with how large and long they are to be seen (MEDIA-10), or only named. */
  media: oneOf('link', 'details', 'name'),
  /** How words of code are marked (FMT-1). */
  code: oneOf('monospace', 'backticks'),
};
