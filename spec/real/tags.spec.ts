/** IRCv3 tags on a real Synapse and InspIRCd. */

import { tagStories } from '../tag-stories.js';
import { missing, realWorld } from './world.js';

const lacking = missing('inspircd');
if (lacking === undefined) tagStories('Synapse and InspIRCd', () => realWorld('inspircd'), { multiline: false, redaction: false, typing: true });
else it.skip(`IRCv3 tags on Synapse and InspIRCd: ${lacking}`);
