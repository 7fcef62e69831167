/** Pure: the part of a registration that asks for synthetic user events (MSC3395), in the shapes of REG-7 and SYN-2. */

import { isSection } from '../config/paths.js';
import type { Config } from '../config/config.js';
import { SYNTHETIC_KEYS } from './subscription.js';

/** `root`: the older shape, which grants nothing. `namespace`: the current one, which elsewhere gives everything away. */
export type SyntheticShape = 'root' | 'namespace';

type Section = Readonly<Record<string, unknown>>;
type Rule = Section & { readonly regex?: unknown };

export interface SyntheticPart {
  /** Keys for the root of the file. */
  readonly root: Section;
  /** Rules for `namespaces.users`, behind our own. */
  readonly users: readonly Rule[];
}

const TYPES = ['m.user.registration', 'm.user.login', 'm.user.logout', 'm.user.deactivated'];

const ROOT_NOTE = `# What the bridge is told of people's accounts (MSC3395). A stock Synapse ignores this; contrib/synapse-module reads it.
# It is nobody else's business when people log in: take out the types that you have no use for.
`;
const NAMESPACE_NOTE = `# CAREFUL: the rule with m.synthetic_events is for a homeserver that implements MSC3395. On any other one, a stock Synapse
# among them, it lets the bridge act as every user of yours and sends it every room they are in; there, write this file
# with "causeway -r --msc3395" instead. Take out the types that you have no use for.
`;

/**
 * What asks for the events, given the file as it was. Without a `wish` all of it stays; a list that is there already
 * stays as its admin made it, but for the shape.
 */
export function syntheticPart(before: Section, config: Config, wish: SyntheticShape | undefined): SyntheticPart {
  const root = Object.fromEntries(Object.entries(before).filter(([key]) => isSyntheticKey(key)));
  const rules = isSection(before['namespaces']) ? before['namespaces']['users'] : undefined;
  const users = (Array.isArray(rules) ? (rules as unknown[]) : []).filter((rule) => isSection(rule) && Object.keys(rule).some(isSyntheticKey)) as Rule[];
  if (wish === undefined) return { root, users };
  const events = [root, ...users].map(eventsIn).find((list) => list !== undefined) ?? TYPES;
  if (wish === 'root') return { root: Object.keys(root).length > 0 ? root : keysWith(events), users: [] };
  if (users.length > 0) return { root: {}, users };
  const regex = `@.*:${config.homeserver.domain.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&')}`;
  return { root: {}, users: [{ exclusive: false, regex, 'm.events': false, 'uk.half-shot.msc3395.events': false, ...keysWith(events) }] };
}

/** Puts the warnings into the written file. */
export function withNotes(text: string, { root, users }: SyntheticPart): string {
  const noted = Object.keys(root).length === 0 ? text : text.replace(/^['"]?m\.synthetic_events/mu, `${ROOT_NOTE}$&`);
  return users.length === 0 ? noted : noted.replace(/^namespaces:/mu, `${NAMESPACE_NOTE}$&`);
}

/** Whether a key of the file asks for synthetic events. */
export function isSyntheticKey(key: string): boolean {
  return (SYNTHETIC_KEYS as readonly string[]).includes(key);
}

function keysWith(events: readonly unknown[]): Section {
  return Object.fromEntries(SYNTHETIC_KEYS.map((key) => [key, { events: [...events] }]));
}

function eventsIn(place: Section): readonly unknown[] | undefined {
  for (const key of SYNTHETIC_KEYS) {
    const list = place[key];
    if (isSection(list) && Array.isArray(list['events'])) return list['events'] as unknown[];
  }
  return undefined;
}
