/** Does `@irc_...` exist? Yes, for every id that is some nick's: the ghost is registered then. */

import type { UserId } from '../model/ids.js';
import type { NetworkName, Nick } from '../model/irc-names.js';
import type { Ghosts } from '../people/ghosts.js';

export interface UserQueryNeeds {
  readonly ghosts: Ghosts;
  /** Which network's ghost an id is, and of which nick; `undefined`: none of ours. */
  readonly nickOf: (user: UserId) => { readonly network: NetworkName; readonly nick: Nick } | undefined;
}

/** Makes the answer to `GET /users/{userId}` (AS-4). */
export function makeUserQuery(needs: UserQueryNeeds): (user: UserId) => Promise<boolean> {
  return async (user) => {
    const found = needs.nickOf(user);
    if (!found) return false;
    await needs.ghosts.ensure(needs.ghosts.named(found.network, found.nick, user));
    return true;
  };
}
