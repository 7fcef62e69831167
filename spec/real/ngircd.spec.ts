/** The stories on a real Synapse and ngIRCd (an old server, without IRCv3). */

import { stories } from '../stories.js';
import { missing, realWorld } from './world.js';

const lacking = missing('ngircd');
if (lacking === undefined) stories('Synapse and ngircd', () => realWorld('ngircd'));
else it.skip(`stories on Synapse and ngircd: ${lacking}`);
