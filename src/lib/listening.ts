/** Opening and closing a listener of Node's (`node:net`, `node:http`): the same few lines wherever the bridge listens. */

import type { ListenOptions, Server } from 'node:net';

/** Opens it; gives the port, which differs from the one asked for only where that was 0. Rejects with Node's own fault. */
export async function openOn(server: Server, where: ListenOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return portOf(server);
}

/** The port listened on; 0 when closed. */
export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** Takes no more connections; resolves when the last is over, which `end` is there to bring about. */
export async function closeWith(server: Server, end: () => void): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  end();
  await closed;
}
