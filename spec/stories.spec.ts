/** The stories on the sandbox's servers, which need only Node. */

import { stories } from './stories.js';
import { sandboxWorld } from './support/world.js';

for (const profile of ['inspircd', 'ngircd'] as const) {
  stories(`the sandbox, ${profile}`, () => sandboxWorld({ ircd: { profile } }));
}
