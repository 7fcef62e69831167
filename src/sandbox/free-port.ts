/** Ports for servers that go away and come back. */

import { createServer } from 'node:net';

/**
 * Below the ports that the kernel gives to outgoing connections (Linux: from 32768 on): one of those might else take
 * the port while its server is down, and the server could not come back.
 */
const FROM = 10_240;
const TO = 32_000;
const given = new Set<number>();

/** A port on loopback that nobody listens on now; never the same twice in a process. Throws when it finds none. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 1_000; tries++) {
    const port = FROM + Math.floor(Math.random() * (TO - FROM));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error('no port on loopback is free');
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
