/** What a server says of itself in 005 (CONN-21), each value checked: numbers in sane bounds, the rest short. */

import type { Folded } from '../model/irc-names.js';
import { LINE_BYTES } from './wire/clean-line.js';
import { caseMappingOf, foldName, type CaseMapping } from '../naming/casefold.js';

/** LINELEN: shorter lines would hold no talk beside masks and names; with all tags a longer one is over what we read (L14). */
const LINELEN_LEAST = 256;
const LINELEN_MOST = 8_192;

/** A number of 005 within its bounds, or nothing. */
function numberOf(value: string | undefined, least: number, most: number): number | undefined {
  if (value === undefined || !/^\d{1,6}$/.test(value)) return undefined;
  const number = Number(value);
  return number >= least && number <= most ? number : undefined;
}

/** What each token sets. */
const SET_BY = new Map<string, readonly Exclude<keyof ServerFacts, 'fold' | 'passes' | 'read' | 'readMyInfo' | 'onNoChannels'>[]>([
  ['CASEMAPPING', ['mapping']],
  ['CHANMODES', ['channelModes']],
  ['CHANTYPES', ['channelTypes']],
  ['DEAF', ['deaf']],
  ['LINELEN', ['lineBytes']],
  ['MONITOR', ['monitors']],
  ['NICKLEN', ['nickLength']],
  ['PREFIX', ['prefixLetters', 'prefixSymbols']],
  ['STATUSMSG', ['statusSymbols']],
  ['TARGMAX', ['joinTargets']],
  ['TOPICLEN', ['topicLength']],
]);

export class ServerFacts {
  /** rfc1459 until the server says otherwise (RELIABILITY IRC-CASE). */
  mapping: CaseMapping = 'rfc1459';
  channelTypes = '#&';
  /** Letters and symbols of PREFIX, highest first, equally long. */
  prefixLetters = 'qaohv';
  prefixSymbols = '~&@%+';
  /** Symbols that may stand before a channel as a target; empty where there are none. */
  statusSymbols = '';
  /** CHANMODES types A to D. */
  channelModes: readonly [string, string, string, string] = ['beI', 'k', 'l', 'imnpst'];
  nickLength: number | undefined;
  /** Bytes of a topic. */
  topicLength: number | undefined;
  /** Bytes of a line without tags and CR LF (LINELEN counts CR LF). */
  lineBytes = LINE_BYTES;
  /** Channels one JOIN may name. */
  joinTargets: number | undefined;
  /** The user mode that spares a client all channel talk; `undefined` where there is none. */
  deaf: string | undefined;
  /** The user mode that keeps old lines from being played back at a JOIN (R33); `undefined` where there is none. */
  noReplay: string | undefined;
  /** Whether it tells when a nick comes and goes (MONITOR). */
  monitors = false;
  /** Told when the server says that it has no channels at all. */
  onNoChannels: () => void = () => undefined;
  /** CLIENTTAGDENY: client tags that are not passed on; `*` and then those that are, with `-`. */
  #denied: readonly string[] = [];

  /** Whether the server passes a client tag on (IRCv3 message-tags). `name` as in a line, such as `+typing`. */
  passes(name: string): boolean {
    const bare = name.replace(/^\+/, '');
    return this.#denied.includes(`-${bare}`) || !(this.#denied.includes('*') || this.#denied.includes(bare));
  }

  /** Folds by the CASEMAPPING in force. */
  fold(name: string): Folded {
    return foldName(this.mapping, name);
  }

  /**
   * Takes the parameters of one 005 line, the nick first and the closing text last.
   * @returns whether CASEMAPPING became another one
   */
  read(params: readonly string[]): boolean {
    const before = this.mapping;
    for (const token of params.slice(1, -1)) {
      if (token.length > 200) continue;
      const at = token.indexOf('=');
      this.#take(at < 0 ? token : token.slice(0, at), at < 0 ? undefined : token.slice(at + 1));
    }
    return this.mapping !== before;
  }

  /**
   * Takes the parameters of 004: InspIRCd has deafness as mode d and announces no token (IRC-SERVERS §2); with others
   * that letter may mean anything. So has it N against history (§9.6).
   */
  readMyInfo(params: readonly string[]): void {
    if (!/^InspIRCd/i.test(params[2] ?? '')) return;
    const modes = (params[3] ?? '').slice(0, 100);
    if (modes.includes('d')) this.deaf = 'd';
    if (modes.includes('N')) this.noReplay = 'N';
  }

  #take(name: string, value: string | undefined): void {
    switch (name) {
      case 'CASEMAPPING':
        this.mapping = caseMappingOf(value);
        break;
      case 'CHANTYPES':
        if ((value ?? '') === '') this.#noChannels();
        else if (value !== undefined && /^[^\x00-\x20\x7f,:a-z0-9]{1,8}$/i.test(value)) this.channelTypes = value;
        break;
      case 'PREFIX':
        this.#prefixes(value ?? '');
        break;
      case 'STATUSMSG':
        if (value !== undefined && /^[!-/:-@~]{0,8}$/.test(value)) this.statusSymbols = value;
        break;
      case 'CHANMODES':
        this.#modes(value ?? '');
        break;
      case 'DEAF':
        if (value !== undefined && /^[A-Za-z]$/.test(value)) this.deaf = value;
        break;
      case 'MONITOR':
        this.monitors = value !== '0';
        break;
      case 'CLIENTTAGDENY':
        this.#denied = (value ?? '').split(',');
        break;
      case 'NICKLEN':
        this.nickLength = numberOf(value, 1, 200) ?? this.nickLength;
        break;
      case 'LINELEN':
        this.lineBytes = Math.min(numberOf(value, LINELEN_LEAST, 999_999) ?? this.lineBytes + 2, LINELEN_MOST) - 2;
        break;
      case 'TOPICLEN':
        this.topicLength = numberOf(value, 1, 100_000) ?? this.topicLength;
        break;
      case 'TARGMAX':
        this.joinTargets = numberOf(/(?:^|,)JOIN:(\d{1,4})(?:,|$)/i.exec(value ?? '')?.[1], 1, 1000) ?? this.joinTargets;
        break;
      default:
        if (name.startsWith('-')) this.#takeBack(name.slice(1));
    }
  }

  /** `-TOKEN`: what it said is as if it had never been said. */
  #takeBack(name: string): void {
    if (name === 'CLIENTTAGDENY') this.#denied = [];
    const usual = new ServerFacts();
    for (const key of SET_BY.get(name) ?? []) Object.assign(this, { [key]: usual[key] });
  }

  /** CHANTYPES says that no name is that of a channel (S-292). */
  #noChannels(): void {
    const had = this.channelTypes !== '';
    this.channelTypes = '';
    if (had) this.onNoChannels();
  }

  #prefixes(value: string): void {
    if (value === '') {
      this.prefixLetters = this.prefixSymbols = '';
      return;
    }
    const [, letters = '', symbols = ''] = /^\(([A-Za-z]{1,12})\)([!-/:-@[-`{-~]{1,12})$/.exec(value) ?? [];
    if (letters.length !== symbols.length || letters === '') return;
    this.prefixLetters = letters;
    this.prefixSymbols = symbols;
  }

  #modes(value: string): void {
    const [a, b, c, d] = value.split(',');
    if (a === undefined || b === undefined || c === undefined || d === undefined) return;
    this.channelModes = [a, b, c, d];
  }
}
