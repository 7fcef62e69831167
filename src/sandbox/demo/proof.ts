/** What the bridge shows of itself besides talk: its figures, and whose a connection is. */

import { connect } from 'node:net';
import type { IrcClient } from '../ircd/client.js';
import type { Stage } from './stage.js';

/** A few of the bridge's figures, for the page's head. */
export interface Figures {
  /** Messages carried since the start. */
  readonly toMatrix: number;
  readonly toIrc: number;
  /** From acceptance until it was handed over, on average, ms; `undefined` before the first. */
  readonly averageMs: number | undefined;
  /** Connections to IRC, the bot's among them. */
  readonly connections: number;
}

/** The bridge's page for Prometheus, as it is. */
export async function metricsOf({ bridge }: Stage): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${bridge.port}/metrics`, { signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(`The bridge does not show its figures (${answer.status}).`);
  return answer.text();
}

/** Reads them out of the text that Prometheus gets. */
export function figuresIn(text: string): Figures {
  const sum = (name: string, ...labels: readonly string[]): number => {
    let total = 0;
    for (const line of text.split('\n')) {
      if (line.startsWith(`${name}{`) && labels.every((label) => line.includes(label))) total += Number(line.slice(line.lastIndexOf(' ')));
    }
    return total;
  };
  const carried = (direction: string): number => sum('bridge_messages_total', `direction="${direction}"`, 'outcome="success"');
  const count = sum('bridge_message_latency_seconds_count');
  return {
    toMatrix: carried('irc_to_matrix'),
    toIrc: carried('matrix_to_irc'),
    averageMs: count === 0 ? undefined : (sum('bridge_message_latency_seconds_sum') / count) * 1000,
    connections: sum('bridge_clientpool_client_states', 'state="connected"'),
  };
}

/** Asks the bridge, as the IRC server would, whose Alice's connection is (RFC 1413); gives question and answer. */
export function askIdent(stage: Stage): Promise<string> {
  const question = `${aliceOnIrc(stage).socket.remotePort ?? 0}, ${stage.ircd.port}`;
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(stage.identPort, '127.0.0.1', () => socket.write(`${question}\r\n`));
    socket.setTimeout(10_000, () => socket.destroy(new Error('The ident server did not answer.')));
    socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(`“${question}” is answered “${heard.trim()}”`));
  });
}

/** Alice's connection as the IRC server has it. */
export function aliceOnIrc({ alice, ircd }: Stage): IrcClient {
  const found = [...ircd.net.clients].find(({ realname, gone }) => realname === alice.userId && !gone);
  if (!found) throw new Error('Alice is not on IRC now: let her say something in a channel first.');
  return found;
}
