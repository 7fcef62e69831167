/** GET /metrics on a port of its own: nothing of the homeserver's is in front of it, and it takes little of anybody's time. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { faultText } from '../model/errors.js';
import type { Figures, ReadFigures } from '../metrics/port.js';
import { OperatorsListener } from './operators-listener.js';

export class MetricsListener extends OperatorsListener {
  readonly #read: ReadFigures;
  /** A reading under way: whoever asks meanwhile gets the same. */
  #reading: Promise<Figures> | undefined;

  constructor(read: ReadFigures) {
    super('metrics');
    this.#read = read;
  }

  protected override async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== '/metrics') return answer(response, 404, 'The figures are at /metrics.\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'GET\n', { allow: 'GET, HEAD' });
    try {
      this.#reading ??= this.#read().finally(() => (this.#reading = undefined));
      const { type, text } = await this.#reading;
      answer(response, 200, text, { 'content-type': type });
    } catch (fault) {
      answer(response, 500, `${faultText(fault)}\n`);
    }
  }
}

function answer(response: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
  if (response.destroyed) return;
  const all = { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text), ...headers };
  response.writeHead(status, all);
  response.end(text);
}
