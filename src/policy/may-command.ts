/** May a person give the bot commands? */

import { domainOf, type UserId } from '../model/ids.js';

export type Permission = 'admin' | 'user' | 'commands' | 'relay' | 'block';

/** The rule for a person: one for the user beats one for the domain, which beats `*` (ADM-14); nothing said: `user`. */
export function permissionOf(person: UserId, rules: Readonly<Record<string, Permission>>): Permission {
  for (const key of [person, domainOf(person), '*']) {
    const rule = Object.hasOwn(rules, key) ? rules[key] : undefined;
    if (rule !== undefined) return rule;
  }
  return 'user';
}

/** Whether somebody with this permission may give ordinary commands. */
export function mayCommand(permission: Permission): boolean {
  return permission !== 'block' && permission !== 'relay';
}
