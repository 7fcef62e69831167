/** What one metric holds for each set of labels, found without making objects: prom-client hashes labels at each use. */

type Labels = Readonly<Record<string, string>>;

/** One set of labels and what is held for it. */
export interface Cell<V> {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: V;
}

/** Sets of labels of one metric: all that come after so many are one, whose values are `other` (MET-10). */
const MOST_CELLS = 1000;

export class Series<V> {
  readonly #names: readonly string[];
  readonly #make: () => V;
  readonly #cells = new Map<string, Cell<V>>();
  readonly #others: Labels;
  /** Their key. */
  readonly #last: string;

  /** @param names of the labels; others are left out, a missing one is empty */
  constructor(names: readonly string[], make: () => V) {
    this.#names = names;
    this.#make = make;
    this.#others = Object.fromEntries(names.map((name) => [name, 'other']));
    this.#last = names.map(() => 'other\n').join('');
  }

  /** The value for these labels, made when there is none. */
  of(labels: Labels): V {
    let key = '';
    for (const name of this.#names) key += `${labels[name] ?? ''}\n`;
    const known = this.#cells.get(key);
    if (known) return known.value;
    if (this.#cells.size >= MOST_CELLS && key !== this.#last) return this.of(this.#others);
    const cell = { labels: Object.fromEntries(this.#names.map((name) => [name, labels[name] ?? ''])), value: this.#make() };
    this.#cells.set(key, cell);
    return cell.value;
  }

  /** All there are, oldest first. */
  all(): Iterable<Cell<V>> {
    return this.#cells.values();
  }
}
