/** The shared input/output tables of `test/vectors.json`. */

import { readFileSync } from 'node:fs';

/** One row. `either`: more than one result is fine, `out` or one of `accept` is what we say. */
export interface Vector<I = unknown, O = unknown> {
  readonly id: string;
  readonly in: I;
  readonly out?: O;
  readonly accept?: readonly O[];
  readonly verdict: 'same' | 'improved' | 'either';
  readonly note?: string;
}

const { families } = JSON.parse(readFileSync(new URL('../vectors.json', import.meta.url), 'utf8')) as {
  readonly families: Readonly<Record<string, { readonly vectors: readonly unknown[] }>>;
};

/** The rows of a family; a name that is not there is a mistake of the test. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the edge where JSON gets its type
export function family<V = Vector>(name: string): readonly V[] {
  const found = families[name];
  if (!found || found.vectors.length === 0) throw new Error(`no such family of vectors: ${name}`);
  return found.vectors as readonly V[];
}
