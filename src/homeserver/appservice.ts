/**
 * The Matrix library as we use it: its registration object, its life cycle, and its third-party routes, behind our own
 * listener. Transactions and queries never reach its routes (they answer before anything is done, L1 to L8), and
 * sending is not its business either (it repeats under new ids, L11).
 */

import { nativeCryptoFault } from './sdk-shim.js';
import { LogLevel, LogService, setRequestFn } from '@vector-im/matrix-bot-sdk';
import { AppService, AppServiceRegistration, Bridge } from 'matrix-appservice-bridge';
import type { BridgeController } from 'matrix-appservice-bridge';
import type { Log } from '../lib/log.js';
import type { JsonObject } from '../model/matrix-content.js';
import type { HomeserverOptions, RegistrationFacts } from './options.js';
import type { Listener } from './listener.js';

/** Node's request, response and `next`, as Express takes them. */
export type LibraryRoutes = (request: unknown, response: unknown, next: (fault?: unknown) => void) => void;

/** The library's application service, listening by way of our listener. */
class OwnAppService extends AppService {
  readonly #listener: Listener;

  constructor(token: string, listener: Listener) {
    super({ homeserverToken: token });
    this.#listener = listener;
  }

  override listen(port: number, hostname: string, backlog: number): Promise<void> {
    return this.#listener.listen(port, hostname === '' ? undefined : hostname, backlog);
  }

  override close(): Promise<void> {
    return this.#listener.close();
  }
}

export class Library {
  readonly #bridge: Bridge;
  readonly #service: OwnAppService;
  #listening = false;

  constructor(options: HomeserverOptions, listener: Listener, log: Log) {
    const { registration, domain, url } = options;
    quietSdk(log);
    this.#bridge = new Bridge({
      registration: asLibraryHasIt(registration),
      homeserverUrl: url,
      domain,
      disableStores: true,
      suppressEcho: true,
      logRequestOutcome: false,
      queue: { type: 'none' },
      intentOptions: { clients: { dontCheckPowerLevel: true } },
      controller: {
        onEvent: () => undefined,
        onLog: (text: string) => log.debug('library', { text }),
        ...lookups(options.thirdPartyProtocol),
      },
    });
    this.#service = new OwnAppService(registration.hsToken, listener);
  }

  /** Its Express app, for the third-party paths. */
  get routes(): LibraryRoutes {
    return this.#service.expressApp as LibraryRoutes;
  }

  /** Opens the listener, through the library, so that its routes are there too. */
  async listen(port: number, host: string): Promise<void> {
    await this.#bridge.initialise();
    await this.#bridge.listen(port, host, 511, this.#service);
    this.#listening = true;
  }

  /** Ends its timers and the listener. */
  async close(): Promise<void> {
    if (this.#listening) await this.#bridge.close();
    this.#listening = false;
  }
}

/** What its own SDK would say goes to our log; what it would ask the homeserver, it may not: `request` is never used. */
function quietSdk(log: Log): void {
  if (nativeCryptoFault) log.debug('native crypto package stood in for', { fault: nativeCryptoFault });
  LogService.setLevel(LogLevel.WARN);
  const say = (module: string, ...parts: unknown[]): void => log.debug('matrix sdk', { module, text: parts.map(String).join(' ') });
  LogService.setLogger({ info: say, warn: say, error: say, debug: say, trace: say });
  setRequestFn((_request: unknown, callback: (fault: Error) => void) => {
    callback(new Error('the SDK makes no requests here'));
  });
}

function lookups(answer: HomeserverOptions['thirdPartyProtocol']): Pick<BridgeController, 'thirdPartyLookup'> {
  if (!answer) return {};
  const getProtocol = async (protocol: string): Promise<JsonObject> => answer(protocol);
  return { thirdPartyLookup: { protocols: ['irc'], getProtocol } as unknown as NonNullable<BridgeController['thirdPartyLookup']> };
}

function asLibraryHasIt(registration: RegistrationFacts): AppServiceRegistration {
  const { id, url, asToken, hsToken, senderLocalpart, namespaces } = registration;
  const known = new AppServiceRegistration(url);
  known.setId(id);
  known.setAppServiceToken(asToken);
  known.setHomeserverToken(hsToken);
  known.setSenderLocalpart(senderLocalpart);
  known.setProtocols(['irc']);
  for (const kind of ['users', 'aliases', 'rooms'] as const) {
    for (const { regex, exclusive } of namespaces[kind]) known.addRegexPattern(kind, regex, exclusive);
  }
  return known;
}
