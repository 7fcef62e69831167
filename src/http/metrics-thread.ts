/** The thread that answers for metrics: with what the main one gives it, or, while that is busy, with what it gave last. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock, within } from '../lib/clock.js';
import type { Figures } from '../metrics/port.js';
import { faultText } from '../model/errors.js';
import type { FromThread, Place, ToThread } from './metrics-talk.js';
import { OperatorsListener } from './operators-listener.js';

/** How long somebody who asks waits for new figures: where there are older ones, and where there are none, in ms. */
const FRESH_MS = 500;
const FIRST_MS = 10_000;
/** Seconds that figures are old when they are shown, which the main thread, whose are always new, gives as 0. */
const AGE = /^metrics_worker_age_seconds .*$/mu;

type Given = Exclude<ToThread, { readonly kind: 'close' }>;

class MetricsThread extends OperatorsListener {
  readonly #say: (message: FromThread) => void;
  /** The last figures, and when they came. */
  #last: { readonly figures: Figures; readonly at: number } | undefined;
  /** What was asked for and has not come yet: whoever asks meanwhile gets the same. */
  #coming: Promise<Given> | undefined;
  #came: (given: Given) => void = () => undefined;

  constructor(say: (message: FromThread) => void) {
    super('metrics');
    this.#say = say;
  }

  take(given: Given): void {
    if (given.kind === 'figures') this.#last = { figures: given.figures, at: systemClock.elapsed() };
    this.#coming = undefined;
    this.#came(given);
  }

  protected override async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== '/metrics') return answer(response, 404, 'The figures are at /metrics.\n');
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(response, 405, 'GET\n', { allow: 'GET, HEAD' });
    const given = await within(systemClock, this.#last ? FRESH_MS : FIRST_MS, this.#ask(), () => undefined);
    if (given?.kind === 'none') return answer(response, 500, `${given.why}\n`);
    if (!this.#last) return answer(response, 503, 'There are no figures yet: the bridge is busy.\n');
    const { figures, at } = this.#last;
    const age = ((systemClock.elapsed() - at) / 1000).toFixed(3);
    answer(response, 200, figures.text.replace(AGE, `metrics_worker_age_seconds ${age}`), { 'content-type': figures.type });
  }

  #ask(): Promise<Given> {
    if (this.#coming) return this.#coming;
    const { promise, resolve } = withResolver();
    this.#came = resolve;
    this.#coming = promise;
    this.#say({ kind: 'wanted' });
    return promise;
  }
}

function withResolver(): { readonly promise: Promise<Given>; readonly resolve: (given: Given) => void } {
  let resolve: (given: Given) => void = () => undefined;
  const promise = new Promise<Given>((given) => (resolve = given));
  return { promise, resolve };
}

function answer(response: ServerResponse, status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
  if (response.destroyed) return;
  const all = { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text), ...headers };
  response.writeHead(status, all);
  response.end(text);
}

async function live(main: NonNullable<typeof parentPort>, { port, host }: Place): Promise<void> {
  const say = (message: FromThread): void => main.postMessage(message);
  const thread = new MetricsThread(say);
  main.on('message', (message: ToThread) => {
    if (message.kind !== 'close') return thread.take(message);
    // With its port closed nothing keeps the thread.
    void thread.close().then(() => main.close());
  });
  try {
    say({ kind: 'listening', ...(await thread.listen(port, host)) });
  } catch (fault) {
    say({ kind: 'deaf', why: faultText(fault) });
    main.close();
  }
}

if (parentPort) void live(parentPort, workerData as Place);
