/** IRCv3 on a real Synapse and an Ergo, where `ERGO` names its binary. */

import { stories } from '../stories.js';
import { tagStories } from '../tag-stories.js';
import { missing, realWorld } from './world.js';

const lacking = missing('ergo');
if (lacking === undefined) {
  tagStories('Synapse and Ergo', () => realWorld('ergo'), { multiline: true, redaction: true, typing: true });
  stories('Synapse and Ergo', () => realWorld('ergo'));
} else it.skip(`stories on Synapse and Ergo: ${lacking} (ERGO names its binary)`);
