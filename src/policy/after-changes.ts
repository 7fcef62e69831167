/** What follows for a person on IRC from what his homeserver tells of his account (SYN-6 to SYN-13). */

import type { SyntheticEventsConfig } from '../config/accounts.js';
import type { AccountChange, AccountRecord } from '../model/account.js';
import type { UserId } from '../model/ids.js';
import { afterChange, emptyLedger, standingOf } from './ledger.js';

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
  | 'welcome'
  | 'connect'
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
  const news = arrivals.map(({ change, repeat }) => {
    const now = afterChange(ledger, change);
    const isNew = now !== ledger || repeat;
    ledger = now;
    const late = rules.dropAfterSecs > 0 && rules.now - change.at > rules.dropAfterSecs * 1000;
    return { kind: change.kind, isNew, late };
  });
  const outcomes = news.map(({ isNew, late }) => (!isNew ? 'ignored' : late ? 'late' : 'done'));
  const has = (kind: AccountChange['kind'], inTime = false): boolean =>
    news.some((each) => each.kind === kind && each.isNew && !(inTime && each.late));
  const record = before ?? { ledger, places: [] };
  const standing = standingOf(ledger);
  if (standing === 'deactivated') {
    return { record: { ledger, places: [] }, deeds: has('deactivated') ? ['teardown'] : [], outcomes };
  }
  return { record: { ...record, ledger }, deeds: [...ofBeginning(has, rules), ...ofDevices(record, standing, has, rules)], outcomes };
}

type Has = (kind: AccountChange['kind'], inTime?: boolean) => boolean;

function ofBeginning(has: Has, { onRegistration }: Rules): readonly Deed[] {
  if (onRegistration === 'none' || !has('registration')) return [];
  // Too late to be greeted or connected; but settling names does no harm.
  if (onRegistration === 'prepare' || !has('registration', true)) return ['prepare'];
  return ['prepare', onRegistration];
}

function ofDevices(record: AccountRecord, standing: 'here' | 'gone' | 'unknown', has: Has, rules: Rules): readonly Deed[] {
  // Who has registered and no device yet is not gone: only a login or logout says so.
  if (standing === 'gone') return (has('login') || has('logout')) && rules.onLogout !== 'none' ? ['end later'] : [];
  const stay: readonly Deed[] = record.endsAt === undefined ? [] : ['stay'];
  if (!has('login', true) || rules.onLogin === 'none') return stay;
  return [...stay, rules.onLogin === 'connect' ? 'come everywhere' : 'come back'];
}
