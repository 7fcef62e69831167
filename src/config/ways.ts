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
  /** How words of code are marked (FMT-1). */
  code: oneOf('monospace', 'backticks'),
};
