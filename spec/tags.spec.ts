/** IRCv3 tags on the sandbox's servers, which are as strict as the real ones. */

import { tagStories } from './tag-stories.js';
import { sandboxWorld } from './support/world.js';

tagStories('the sandbox as Ergo', () => sandboxWorld({ ircd: { profile: 'ergo' } }), { multiline: true, redaction: true, typing: false });
tagStories('the sandbox as InspIRCd', () => sandboxWorld(), { multiline: false, redaction: false, typing: false });
