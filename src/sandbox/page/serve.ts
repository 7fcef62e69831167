/** The demo's page: one document, a stream of what happens, and a door for what the visitor does. Loopback only. */

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { actions, refusalText } from '../demo/actions.js';
import { figuresIn, metricsOf } from '../demo/proof.js';
import type { Fields } from '../demo/actions.js';
import type { Stage } from '../demo/stage.js';
import { besideText, CHANNEL, DOMAIN } from '../demo/stage.js';
import type { Numbered, Trace } from '../demo/trace.js';

const BODY_BYTES = 64 * 1024;

export class PageServer {
  private readonly stage: Stage;
  private readonly trace: Trace;
  private server: Server | undefined;
  private origin = '';

  constructor(stage: Stage, trace: Trace) {
    this.stage = stage;
    this.trace = trace;
  }

  /** Listens on the port if it is free, else on any; gives the address to open. */
  async start(port: number): Promise<string> {
    const server = createServer((request, response) => void this.answer(request, response));
    this.server = server;
    const listen = (wanted: number): Promise<void> =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(wanted, '127.0.0.1', () => {
          server.off('error', reject);
          resolve();
        });
      });
    try {
      await listen(port);
    } catch (fault) {
      if (!(fault instanceof Error && 'code' in fault && fault.code === 'EADDRINUSE')) throw fault;
      await listen(0);
    }
    this.origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return `http://${this.origin}/`;
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Another site's page must not act here by a name that points to this machine.
    const host = (request.headers.host ?? '').replace(/^localhost:/u, '127.0.0.1:');
    if (host !== this.origin) return plain(response, 403, 'open the page by its own address');
    const [path] = (request.url ?? '/').split('?', 1);
    if (request.method === 'GET' && path === '/') return this.document(response);
    if (request.method === 'GET' && path === '/events') return this.stream(request, response);
    if (request.method === 'GET' && (path === '/metrics' || path === '/figures')) return this.figures(path, response);
    if (request.method === 'POST' && path?.startsWith('/do/') === true) {
      try {
        return await this.act(path.slice(4), request, response);
      } catch (fault) {
        return plain(response, 400, refusalText(fault));
      }
    }
    plain(response, 404, 'nothing here');
  }

  private document(response: ServerResponse): void {
    const look = besideText('../page/look.css');
    const facts = {
      alice: this.stage.alice.userId,
      bob: this.stage.bob.nick,
      domain: DOMAIN,
      channel: CHANNEL,
      irc: `127.0.0.1:${this.stage.ircd.port}`,
      homeserver: this.stage.homeserver.url,
    };
    const html = besideText('../page/page.html')
      .replace('/* look */', () => look)
      .replace('/* facts */', () => JSON.stringify(facts).replaceAll('<', '\\u003c'));
    const live = /<script>([\s\S]*)<\/script>/u.exec(html)?.[1] ?? '';
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        `default-src 'none'; connect-src 'self'; style-src '${hashOf(look)}'; script-src '${hashOf(live)}'; ` +
        "img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    });
    response.end(html);
  }

  /** What the bridge shows to Prometheus, or a few figures of it. */
  private async figures(path: string, response: ServerResponse): Promise<void> {
    try {
      const text = await metricsOf(this.stage);
      plain(response, 200, path === '/metrics' ? text : JSON.stringify(figuresIn(text)));
    } catch (fault) {
      plain(response, 502, refusalText(fault));
    }
  }

  private stream(request: IncomingMessage, response: ServerResponse): void {
    const from = Number(request.headers['last-event-id'] ?? '0');
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const push = (entry: Numbered): void => void response.write(`id: ${entry.n}\ndata: ${JSON.stringify(entry)}\n\n`);
    response.write('retry: 1000\n\n');
    for (const entry of this.trace.entries) if (entry.n > from) push(entry);
    const end = this.trace.watch(push);
    response.on('close', end);
  }

  private async act(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (action === undefined || request.headers['content-type'] !== 'application/json') {
      return plain(response, 400, 'no such action');
    }
    const fields = fieldsOf(await bodyOf(request));
    const deed = action.tell(fields);
    this.trace.deed(deed);
    try {
      const outcome = await action.perform(this.stage, fields);
      if (typeof outcome === 'string') this.trace.add({ kind: 'told', side: deed.side, text: outcome });
    } catch (fault) {
      this.trace.add({ kind: 'refused', side: deed.side, text: refusalText(fault) });
    }
    plain(response, 200, 'done');
  }
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > BODY_BYTES) throw new Error('too much text');
  }
  return text;
}

/** The string fields, without line ends: a line of IRC is one line. */
function fieldsOf(text: string): Fields {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('no fields');
  const fields = Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return Object.fromEntries(fields.map(([key, item]) => [key, item.replace(/[\r\n\0]+/gu, ' ').slice(0, 4000)]));
}
