/** Locks a file away by Synapse's admin API: nobody gets it from this homeserver any more (MEDIA-13). */

import type { MxcUri } from '../model/ids.js';
import type { ClientServer } from './call.js';

/**
 * Asks once, as the bot, who has to be an admin of the server. Synapse does it for all files with the same bytes, those
 * excepted that its admins protect, and answers alike for a file that it does not have.
 * @throws BridgeError for every answer but success: `HOMESERVER_FORBIDDEN` for who is no admin
 */
export async function quarantine(server: ClientServer, mxc: MxcUri): Promise<void> {
  const [host = '', id = ''] = mxc.slice('mxc://'.length).split('/');
  const path = `/v1/media/quarantine/${encodeURIComponent(host)}/${encodeURIComponent(id)}`;
  await server.once({ name: 'quarantineMedia', method: 'POST', root: '/_synapse/admin', path, body: '{}' });
}
