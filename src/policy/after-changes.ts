/** What follows for a person on IRC from what his homeserver tells of his account (SYN-6 to SYN-13). */

import type { SyntheticEventsConfig } from '../config/accounts.js';
import type { AccountChange, AccountRecord, Ledger } from '../model/account.js';
import type { UserId } from '../model/ids.js';
import { afterChange, emptyLedger, type Standing, standingOf } from './ledger.js';

/** What is to be done; each may be repeated without harm. */
export type Deed =
  /** Quit at once and forget. */
  | 'teardown'
  /** Nobody is left: begin the grace time, at whose end the clients quit or are marked away. */
  | 'end later'
  /** A device is left, or may be: what was to end goes on. */
  | 'stay'
  /** The account begins, or begins anew. */
  | 'prepare'
  /** It begins anew, and nothing is prepared for it. */
  | 'open again'
  | 'welcome'
  | 'connect'
  /** He was marked away and is not brought back: only the mark goes. */
  | 'unmark'
  /** To the networks and channels of before; `come everywhere`: to all networks. */
  | 'come back'
  | 'come everywhere';

export interface Rules extends Pick<SyntheticEventsConfig, 'onRegistration' | 'onLogin' | 'onLogout'> {
  /** Ms since the epoch. */
  readonly now: number;
  /** `homeserver.dropMatrixMessagesAfterSecs`; 0: nothing is too late (SYN-13). */
  readonly dropAfterSecs: number;
}

export interface Consequence {
  readonly record: AccountRecord;
  readonly deeds: readonly Deed[];
  /** What became of each change: `late` ones are taken in and open no connection. */
  readonly outcomes: readonly ('done' | 'late' | 'ignored')[];
}

/** One change as it came. `repeat`: an earlier life of the process may not have got to its end. */
export interface Arrival {
  readonly change: AccountChange;
  readonly repeat: boolean;
}

/** Whether life-cycle events are obeyed for a person (`users`; SYN-1). */
export function isFollowed(person: UserId, { include, exclude }: SyntheticEventsConfig['users']): boolean {
  if (exclude.some((rule) => rule.test(person))) return false;
  return include.length === 0 || include.some((rule) => rule.test(person));
}

/** The record and the deeds after changes of one person that came together, in the order in which they came. */
export function afterChanges(before: AccountRecord | undefined, arrivals: readonly Arrival[], rules: Rules): Consequence {
  const first = arrivals[0];
  const start = before?.ledger ?? (first && emptyLedger(first.change.person));
  if (!start) throw new Error('nothing has changed');
  let ledger = start;
  const news = arrivals.map(({ change, repeat }): News => {
    const now = afterChange(ledger, change);
    const changed = now !== ledger;
    ledger = now;
    const late = rules.dropAfterSecs > 0 && rules.now - change.at > rules.dropAfterSecs * 1000;
    return { change, changed, repeat, late };
  });
  const outcomes = news.map((each) => (!isNew(each) ? 'ignored' : each.late ? 'late' : 'done'));
  const standing = standingOf(ledger);
  const closed = news.some((each) => closes(each, standing, news));
  if (standing === 'deactivated') return { record: { ledger, places: [] }, deeds: closed ? ['teardown'] : [], outcomes };
  const has: Has = (kind, inTime) => news.some((each) => each.change.kind === kind && isNew(each) && !(inTime && each.late));
  // What was of the closed account is not the new one's.
  const record: AccountRecord = closed || !before ? { ledger, places: [] } : { ...before, ledger };
  const end: readonly Deed[] = closed ? ['teardown'] : [];
  return { record, deeds: [...end, ...ofBeginning(has, ledger, rules), ...ofDevices(record, standing, has, rules)], outcomes };
}

interface News {
  readonly change: AccountChange;
  readonly changed: boolean;
  readonly repeat: boolean;
  readonly late: boolean;
}

type Has = (kind: AccountChange['kind'], inTime?: boolean) => boolean;

function isNew({ changed, repeat }: News): boolean {
  return changed || repeat;
}

/**
 * Whether a change closes an account of which something may be left. Whoever begins anew is prepared only after the end
 * of what was before: so an end that is taken up again is still wanted only where the account is closed, or its new
 * beginning is taken up with it.
 */
function closes({ change, changed, repeat }: News, standing: Standing, news: readonly News[]): boolean {
  if (change.kind !== 'deactivated') return false;
  if (changed || (repeat && standing === 'deactivated')) return true;
  return repeat && news.some((other) => other.repeat && other.change.kind === 'registration' && other.change.at > change.at);
}

function ofBeginning(has: Has, { deactivatedAt }: Ledger, { onRegistration }: Rules): readonly Deed[] {
  if (!has('registration')) return [];
  if (onRegistration === 'none') return deactivatedAt === undefined ? [] : ['open again'];
  // Too late to be greeted or connected; but settling names does no harm.
  if (onRegistration === 'prepare' || !has('registration', true)) return ['prepare'];
  return ['prepare', onRegistration];
}

function ofDevices(record: AccountRecord, standing: Standing, has: Has, rules: Rules): readonly Deed[] {
  // Who has registered and no device yet is not gone: only a login or logout says so.
  if (standing === 'gone') return (has('login') || has('logout')) && rules.onLogout !== 'none' ? ['end later'] : [];
  const stay: readonly Deed[] = record.endsAt === undefined ? [] : ['stay'];
  if (has('login', true) && rules.onLogin !== 'none') return [...stay, rules.onLogin === 'connect' ? 'come everywhere' : 'come back'];
  return has('login') && record.ended === 'away' ? [...stay, 'unmark'] : stay;
}
