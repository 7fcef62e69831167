/**
 * The ledger of a person's devices: what a change makes of it. Deliveries may be repeated, late and out of order, so it
 * goes by the times of the changes; of two of the same time the one that came later wins (SYN-12, M5).
 */

import type { AccountChange, Device, DeviceMark, Ledger, LoginChange, LogoutChange } from '../model/account.js';
import type { UserId } from '../model/ids.js';

/** Devices remembered of a person: who logs in without end is not to fill the store. */
const MOST_DEVICES = 500;

/** `gone`: no device is left. `unknown`: nothing says which devices there are. */
export type Standing = 'here' | 'gone' | 'unknown' | 'deactivated';

export function emptyLedger(person: UserId): Ledger {
  return { person, devices: {}, known: false };
}

/** How it stands with a person. */
export function standingOf(ledger: Ledger): Standing {
  if (isDeactivated(ledger)) return 'deactivated';
  const left = ledger.left ?? Object.values<Device>(ledger.devices).filter((device) => device.in).length;
  if (left > 0) return 'here';
  return ledger.known ? 'gone' : 'unknown';
}

/** The ledger after a change; the very same one when the change says nothing new. */
export function afterChange(ledger: Ledger, change: AccountChange): Ledger {
  const after = applied(ledger, change);
  return JSON.stringify(after) === JSON.stringify(ledger) ? ledger : after;
}

function applied(ledger: Ledger, change: AccountChange): Ledger {
  const { person, at } = change;
  const { registeredAt = -Infinity, deactivatedAt = -Infinity } = ledger;
  if (change.kind === 'login' || change.kind === 'logout') {
    // What is told of before the end, or in spite of it, is about an account that is no more.
    if (isDeactivated(ledger) || at <= deactivatedAt || (deactivatedAt > -Infinity && at < registeredAt)) return ledger;
    return counted(change.kind === 'login' ? loggedIn(ledger, change.device, at) : loggedOut(ledger, change), change);
  }
  if (change.kind === 'registration') {
    // What may be an old one come again must not bring back who is gone.
    if (change.undated && deactivatedAt > -Infinity) return ledger;
    return at <= deactivatedAt || at <= registeredAt ? ledger : { ...ledger, known: true, registeredAt: at };
  }
  // Of the same time as a registration, the end is what counts: only a later one begins anew.
  if (registeredAt > at || deactivatedAt >= at) return ledger;
  return { person, devices: {}, known: false, deactivatedAt: at };
}

function isDeactivated({ deactivatedAt, registeredAt }: Ledger): boolean {
  return deactivatedAt !== undefined && !(registeredAt !== undefined && registeredAt > deactivatedAt);
}

function loggedIn(ledger: Ledger, device: DeviceMark, at: number): Ledger {
  return { ...withDevice(ledger, device, { in: true, at }), known: true };
}

function loggedOut(ledger: Ledger, { device, soft, at }: LogoutChange): Ledger {
  if (device === undefined) return soft ? ledger : allOut(ledger, at);
  // A device whose token ran out is there; but what is known of it already is not made newer by that.
  if (soft) return Object.hasOwn(ledger.devices, device) ? ledger : loggedIn(ledger, device, at);
  return withDevice(ledger, device, { in: false, at });
}

/** Takes in what the homeserver itself counted, which wins over our own count until something newer is told without. */
function counted(ledger: Ledger, { at, left }: LoginChange | LogoutChange): Ledger {
  const now = left === 0 ? allOut(ledger, at) : ledger;
  // An older count is no count any more, but it was one: the devices are known, as if it had come in time.
  if (at < (now.changedAt ?? -Infinity)) return left === undefined ? now : { ...now, known: true };
  const { left: _, ...rest } = now;
  return { ...rest, changedAt: at, ...(left === undefined ? {} : { left, known: true }) };
}

function allOut(ledger: Ledger, at: number): Ledger {
  const devices = Object.entries<Device>(ledger.devices).filter(([, device]) => device.at > at);
  return { ...ledger, known: true, outAt: Math.max(at, ledger.outAt ?? at), devices: Object.fromEntries(devices) };
}

function withDevice(ledger: Ledger, mark: DeviceMark, device: Device): Ledger {
  const before = Object.hasOwn(ledger.devices, mark) ? ledger.devices[mark] : undefined;
  if (device.at < (before?.at ?? ledger.outAt ?? -Infinity)) return ledger;
  return { ...ledger, devices: bounded({ ...ledger.devices, [mark]: device }) };
}

/** The oldest go, and of those first the ones that are logged out. */
function bounded(devices: Readonly<Record<DeviceMark, Device>>): Ledger['devices'] {
  const all = Object.entries<Device>(devices);
  if (all.length <= MOST_DEVICES) return devices;
  all.sort(([, one], [, other]) => Number(other.in) - Number(one.in) || other.at - one.at);
  return Object.fromEntries(all.slice(0, MOST_DEVICES));
}
