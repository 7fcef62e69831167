/** All routes of the homeserver, the open ones and those that need a token. */

import { accountRoutes, openAccountRoutes } from './account-routes.js';
import { DEFAULT_VERSION } from './create-room.js';
import { directoryRoutes, openDirectoryRoutes } from './directory.js';
import type { Front } from './front.js';
import type { House } from './house.js';
import { membershipRoutes } from './membership.js';
import { roomRoutes } from './rooms.js';
import { syncRoutes } from './sync.js';
import type { TransactionMemory } from './transaction-memory.js';

/** Puts every route into the front. */
export function mountRoutes(front: Front, house: House, memory: TransactionMemory): void {
  const versions = ['v1.1', 'v1.2', 'v1.3', 'v1.4', 'v1.5', 'v1.6', 'v1.7', 'v1.8', 'v1.9', 'v1.10', 'v1.11', 'v1.12'];
  front.add({ 'GET /versions': () => ({ versions, unstable_features: {} }) }, true);
  front.add(openAccountRoutes(house), true);
  front.add(openDirectoryRoutes(house), true);
  front.add({
    'GET /capabilities': () => ({
      capabilities: { 'm.room_versions': { default: DEFAULT_VERSION, available: { '10': 'stable', '11': 'stable', '12': 'stable' } } },
    }),
    'POST /user/{}/filter': () => ({ filter_id: '1' }),
  });
  front.add(accountRoutes(house));
  front.add(directoryRoutes(house));
  front.add(membershipRoutes(house));
  front.add(roomRoutes(house, memory));
  front.add(syncRoutes(house));
}
