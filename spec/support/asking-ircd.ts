/** A process of its own: an IRC server that asks for the ident of each connection before it does anything else. */

import { connect, createServer, type AddressInfo } from 'node:net';

const identPort = Number(process.argv[2]);
const tell = (what: object): void => void process.send?.(what);

const server = createServer((socket) => {
  const { remotePort = 0, localPort = 0 } = socket;
  socket.on('error', () => socket.destroy());
  let heard = '';
  const asking = connect({ host: '127.0.0.1', port: identPort }, () => asking.write(`${remotePort} , ${localPort}\r\n`));
  asking.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  asking.on('error', (fault) => (heard += fault.message));
  asking.on('close', () => tell({ remotePort, heard }));
});
server.listen({ host: '127.0.0.1', port: 0, backlog: 2048 }, () => tell({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit());
