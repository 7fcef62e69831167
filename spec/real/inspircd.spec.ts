/** The stories on a real Synapse and InspIRCd (IRCv3). */

import { stories } from '../stories.js';
import { missing, realWorld } from './world.js';

const lacking = missing('inspircd');
if (lacking === undefined) stories('Synapse and inspircd', () => realWorld('inspircd'));
else it.skip(`stories on Synapse and inspircd: ${lacking}`);
