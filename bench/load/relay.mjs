/** The yardstick: as little as can carry the load. It keeps nothing, checks nothing, formats nothing; a lower bound for Node. */

import { readFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { connect } from 'node:net';

const config = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const [[host, server]] = Object.entries(config.ircService.servers);
const { url, domain } = config.homeserver;
const homeserver = new URL(url);
const agent = new Agent({ keepAlive: true, maxSockets: 32 });
const roomOf = new Map(Object.entries(server.mappings).map(([channel, { roomIds }]) => [channel, roomIds[0]]));
const channelOf = new Map([...roomOf].map(([channel, room]) => [room, channel]));
const lanes = new Map();
const people = new Map();
let sends = 0;

const put = (path, body) =>
  new Promise((resolve) => {
    const headers = { authorization: 'Bearer as', 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const asked = request({ agent, host: homeserver.hostname, port: homeserver.port, method: 'PUT', path, headers }, (answer) => {
      answer.resume();
      answer.on('end', resolve);
    });
    asked.on('error', resolve);
    asked.end(body);
  });

function dial(nick, onLine) {
  const socket = connect({ host, port: server.port, noDelay: true }, () => socket.write(`NICK ${nick}\r\nUSER ${nick} 0 * :r\r\n`));
  socket.on('error', () => undefined);
  if (onLine) {
    let rest = '';
    socket.setEncoding('latin1');
    socket.on('data', (data) => {
      const lines = (rest + data).split('\r\n');
      rest = lines.pop();
      for (const line of lines) onLine(line, socket);
    });
  }
  return socket;
}

function heard(line, socket) {
  const words = line.split(' ', 3);
  if (words[1] === '001') for (const channel of roomOf.keys()) socket.write(`JOIN ${channel}\r\n`);
  const room = words[1] === 'PRIVMSG' ? roomOf.get(words[2]) : undefined;
  const nick = line.slice(1, line.indexOf('!'));
  if (!room || people.has(nick)) return;
  const body = JSON.stringify({ msgtype: 'm.text', body: line.slice(line.indexOf(' :') + 2) });
  const ghost = encodeURIComponent(`@irc_${nick}:${domain}`);
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/t${++sends}?user_id=${ghost}`;
  lanes.set(room, (lanes.get(room) ?? Promise.resolve()).then(() => put(path, body)));
}

/** A person's socket reads and throws away. */
function person(nick) {
  const known = people.get(nick);
  if (known) return known;
  const fresh = { waiting: [], up: false, write: (line) => (fresh.up ? fresh.socket.write(line) : fresh.waiting.push(line)) };
  people.set(nick, fresh);
  fresh.socket = dial(nick);
  fresh.socket.on('data', (bytes) => {
    if (fresh.up || !bytes.includes(' 001 ')) return;
    fresh.up = true;
    for (const line of fresh.waiting.splice(0)) fresh.socket.write(line);
  });
  return fresh;
}

function happened({ type, room_id: room, sender, content }) {
  const channel = channelOf.get(room);
  if (!channel || sender.startsWith('@irc')) return;
  const who = person(sender.slice(1, sender.indexOf(':')));
  if (type === 'm.room.member') who.write(`JOIN ${channel}\r\n`);
  else who.write(`PRIVMSG ${channel} :${content.body}\r\n`);
}

createServer((asked, answer) => {
  const pieces = [];
  asked.on('data', (piece) => pieces.push(piece));
  asked.on('end', () => {
    for (const event of JSON.parse(Buffer.concat(pieces)).events) happened(event);
    answer.end('{}');
  });
}).listen(Number(process.argv[3]), '127.0.0.1', () => dial(server.botConfig.nick, heard));
