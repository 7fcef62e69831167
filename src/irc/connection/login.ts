/** Capabilities and SASL of one connection (IRCv3 capability-negotiation 302, sasl-3.1 and 3.2). */

import { refused, type Refusal } from '../../model/refusal.js';
import { cleanQuote } from '../wire/irc-errors.js';

/** The only capabilities ever asked for: some servers punish asking for what they list (RELIABILITY R35). */
const WANTED: ReadonlySet<string> = new Set([
  'account-tag',
  'batch',
  'cap-notify',
  'chghost',
  'draft/message-redaction',
  'draft/multiline',
  'echo-message',
  'labeled-response',
  'message-tags',
  'multi-prefix',
  'server-time',
  'standard-replies',
  'userhost-in-names',
]);
/** Asked for by those who listen alone: others would get a copy of what everybody does. */
const NEWS: ReadonlySet<string> = new Set(['away-notify']);
/** Without labels an echo could not be told from what it echoes. */
const NEEDS: ReadonlyMap<string, readonly string[]> = new Map([
  ['echo-message', ['labeled-response', 'batch', 'message-tags']],
  ['draft/multiline', ['batch', 'message-tags']],
  ['draft/message-redaction', ['message-tags']],
]);

/** Locked nick, failed, too long, aborted. */
const FAILURES: ReadonlySet<string> = new Set(['902', '904', '905', '906']);
/** In a list of mechanisms. */
const PLAIN = /(?:^|,)PLAIN(?:,|$)/i;

/** Longest piece of a payload that one AUTHENTICATE may carry; a shorter one, or `+`, ends it. */
const PIECE = 400;

export interface Credentials {
  readonly account: string;
  readonly password: string;
}

/** The AUTHENTICATE lines of SASL PLAIN (RFC 4616), payload in pieces of 400 with a closing `+` after a full one. */
export function plainLines({ account, password }: Credentials): string[] {
  const payload = Buffer.from(`${account}\0${account}\0${password}`).toString('base64');
  const pieces = payload.match(/.{1,400}/g) ?? [];
  const lines = pieces.map((piece) => `AUTHENTICATE ${piece}`);
  if (payload.length % PIECE === 0) lines.push('AUTHENTICATE +');
  return lines;
}

export interface LoginNeeds {
  /** Writes a line past all pacing. */
  write(line: string): void;
  /** Called at most once, when the account could not be entered. */
  failed(refusal: Refusal): void;
  readonly credentials?: Credentials;
  /** Whether it hears for others what people do: away and back. */
  readonly news?: boolean;
  /** Takes the value of `sts`; `true`: the connection is given up for one with TLS. */
  sts?(value: string): boolean;
}

/** The library asks for a fixed list in one request, does not ask again after NAK, and ends at 900: so this is ours. */
export class Login {
  readonly enabled = new Set<string>();
  readonly #needs: LoginNeeds;
  readonly #offered = new Set<string>();
  readonly #values = new Map<string, string>();
  #mechanisms = '';
  /** Names of the request that is under way, and single names to be asked for after a NAK. */
  #asked = new Set<string>();
  #singles: string[] = [];
  #stage: 'listing' | 'asking' | 'authenticating' | 'sent' | 'over' = 'listing';
  #loggedIn = false;

  constructor(needs: LoginNeeds) {
    this.#needs = needs;
  }

  /** Whether the server may register us without CAP END: false says that an account is still missing. */
  get complete(): boolean {
    return this.#needs.credentials === undefined || this.#loggedIn;
  }

  /** The account that the server has let it into. */
  get account(): string | undefined {
    return this.#loggedIn ? this.#needs.credentials?.account : undefined;
  }

  /** What the server says of a capability behind its name, such as `max-bytes=4096`. */
  valueOf(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** Takes the parameters of a CAP line. */
  onCap(params: readonly string[]): void {
    const names = (params.length > 2 ? (params.at(-1) ?? '') : '').split(' ').filter((name) => name !== '');
    const subcommand = params[1]?.toUpperCase();
    // It is never asked for, and DEL does not take it back (IRCv3 sts).
    if ((subcommand === 'LS' || subcommand === 'NEW') && names.some((name) => name.startsWith('sts=') && this.#needs.sts?.(name.slice(4, 400)))) {
      this.#stage = 'over';
      return;
    }
    switch (subcommand) {
      case 'LS':
        this.#note(names);
        if (this.#stage === 'listing' && params[2] !== '*') this.#request(this.#sensible([...this.#offered]));
        break;
      case 'ACK':
        for (const name of names) this.#settle(name.replace(/^[-~=]+/, ''), !name.startsWith('-'));
        this.#next();
        break;
      case 'NAK': {
        const refusedNames = [...this.#asked];
        this.#asked.clear();
        // One name spoils the whole request: ask for each by itself, once.
        if (refusedNames.length > 1) this.#singles.push(...refusedNames);
        this.#next();
        break;
      }
      case 'NEW':
        this.#note(names);
        this.#onNew(names);
        break;
      case 'DEL':
        for (const name of names) {
          this.enabled.delete(name);
          this.#offered.delete(name);
        }
        break;
      default:
    }
  }

  /** Takes the first parameter of AUTHENTICATE. */
  onChallenge(challenge: string | undefined): void {
    const { credentials } = this.#needs;
    if (this.#stage !== 'authenticating' || !credentials) return;
    this.#stage = 'sent';
    // PLAIN has nothing to answer but an empty challenge.
    const lines = challenge === '+' ? plainLines(credentials) : ['AUTHENTICATE *'];
    for (const line of lines) this.#needs.write(line);
  }

  /** Takes 902 to 908. CAP END goes out after 903 or 907 only, never after 900 (library issue 390). */
  onNumeric(numeric: string, words: string | undefined): void {
    if (this.#stage !== 'authenticating' && this.#stage !== 'sent') return;
    if (numeric === '903' || numeric === '907') {
      this.#loggedIn = true;
      this.#end();
    } else if (numeric === '908') {
      if (!PLAIN.test((words ?? '').slice(0, 400))) this.#fail('the network does not take passwords in this way', true);
    } else if (FAILURES.has(numeric)) {
      this.#fail(words, numeric !== '906');
    }
  }

  /** The server registered us: too late for an account. */
  onRegistered(): void {
    if (!this.complete && this.#stage !== 'over') this.#fail('the network did not ask for the account', false);
    this.#stage = 'over';
  }

  #note(names: readonly string[]): void {
    for (const entry of names) {
      const at = entry.indexOf('=');
      const name = at < 0 ? entry : entry.slice(0, at);
      if (at >= 0 && this.#wants(name)) this.#values.set(name, entry.slice(at + 1, at + 400));
      if (name === 'sasl') this.#mechanisms = at < 0 ? '' : entry.slice(at + 1, 400);
      if (this.#wants(name)) this.#offered.add(name);
    }
  }

  /** Without those that are of no use for want of others. */
  #sensible(names: readonly string[]): readonly string[] {
    const there = (name: string): boolean => this.enabled.has(name) || names.includes(name);
    return names.filter((name) => (NEEDS.get(name) ?? []).every(there));
  }

  #wants(name: string): boolean {
    return WANTED.has(name) || (NEWS.has(name) && this.#needs.news === true) || (name === 'sasl' && this.#needs.credentials !== undefined && this.#stage !== 'over');
  }

  #request(names: readonly string[]): void {
    if (this.#stage === 'listing') this.#stage = 'asking';
    if (names.length > 0) {
      this.#asked = new Set(names);
      this.#needs.write(`CAP REQ :${names.join(' ')}`);
    } else {
      this.#next();
    }
  }

  #onNew(names: readonly string[]): void {
    if (this.#stage !== 'over') return;
    const fresh = new Set(names.map((name) => name.replace(/=.*/, '')));
    // What was of no use for want of these goes with them.
    const woken = [...this.#offered].filter((name) => fresh.has(name) || NEEDS.get(name)?.some((need) => fresh.has(need)));
    // Each by itself, for one that is refused spoils a whole request.
    for (const name of this.#sensible(woken.filter((one) => this.#wants(one) && !this.enabled.has(one)))) this.#needs.write(`CAP REQ :${name}`);
  }

  #settle(name: string, on: boolean): void {
    this.#asked.delete(name);
    if (on && this.#wants(name)) this.enabled.add(name);
    else this.enabled.delete(name);
  }

  #next(): void {
    if (this.#stage !== 'asking' || this.#asked.size > 0) return;
    const single = this.#singles.shift();
    if (single !== undefined) {
      this.#request([single]);
    } else if (this.#needs.credentials === undefined) {
      this.#end();
    } else if (!this.enabled.has('sasl')) {
      this.#fail('the network offers no login at the moment', false);
    } else if (this.#mechanisms !== '' && !PLAIN.test(this.#mechanisms)) {
      this.#fail('the network does not take passwords in this way', true);
    } else {
      this.#stage = 'authenticating';
      this.#needs.write('AUTHENTICATE PLAIN');
    }
  }

  #end(): void {
    this.#stage = 'over';
    this.#needs.write('CAP END');
  }

  #fail(words: string | undefined, permanent: boolean): void {
    this.#stage = 'over';
    this.#needs.failed(
      refused('auth-failed', `The IRC network did not accept the account (${cleanQuote(words)}).`, permanent).refusal,
    );
  }
}
