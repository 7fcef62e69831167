/** Metrics on a prom-client registry of our own. */

import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { faultText } from '../model/errors.js';
import { catalogue, type Metric } from './catalogue.js';
import type { Figures, Metrics } from './port.js';
import { Series } from './series.js';
import { Timings } from './timings.js';

type Labels = Readonly<Record<string, string>>;
/** What prom-client needs to make one. */
interface Shape {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
}

const none: Labels = {};
/** Bounds, in seconds, of a histogram that the catalogue does not know. */
const usual = [0.01, 0.1, 1, 10];

/** A number that is counted up, or set. */
interface Sum {
  sum: number;
}

/**
 * Never throws: counting must not cost a message. A name that the catalogue does not know is made with the labels of
 * its first use; a label that a metric does not have is left out, one that is missing is empty; a name used as two kinds is
 * kept as the first.
 */
export class PrometheusMetrics implements Metrics {
  readonly registry = new Registry();
  readonly #known = new Set<string>();
  readonly #counters = new Map<string, Series<Sum>>();
  readonly #timings = new Map<string, Timings>();
  readonly #gauges = new Map<string, Series<Sum>>();
  readonly #readers: (() => void)[] = [];

  count(name: string, labels: Labels = none, by = 1): void {
    const series =
      this.#counters.get(name) ??
      this.#add(name, labels, this.#counters, (shape) => {
        const sums = new Series<Sum>(shape.labelNames, () => ({ sum: 0 }));
        new Counter({
          ...shape,
          collect(): void {
            this.reset();
            for (const cell of sums.all()) this.inc({ ...cell.labels }, cell.value.sum);
          },
        });
        return sums;
      });
    // A counter only grows.
    if (series && by >= 0) series.of(labels).sum += by;
  }

  time(name: string, seconds: number, labels: Labels = none): void {
    const timings =
      this.#timings.get(name) ??
      this.#add(name, labels, this.#timings, (shape) => {
        const buckets = catalogue[name]?.buckets ?? usual;
        return new Timings({ ...shape, buckets: [...buckets] });
      });
    timings?.take(Number.isFinite(seconds) ? Math.max(0, seconds) : 0, labels);
  }

  set(name: string, value: number, labels: Labels = none): void {
    const series =
      this.#gauges.get(name) ??
      this.#add(name, labels, this.#gauges, (shape) => {
        const values = new Series<Sum>(shape.labelNames, () => ({ sum: 0 }));
        new Gauge({
          ...shape,
          collect(): void {
            for (const cell of values.all()) this.set({ ...cell.labels }, cell.value.sum);
          },
        });
        return values;
      });
    if (series) series.of(labels).sum = value;
  }

  /** Calls `read` before each time that the figures are given, to set the gauges of what somebody else owns. */
  onRead(read: () => void): void {
    this.#readers.push(read);
  }

  /** Adds what Node and the system tell of the process (MET-2). */
  addDefaults(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** All figures as text. A reader that fails costs its own gauges only. */
  async figures(onFault: (fault: string) => void = () => undefined): Promise<Figures> {
    for (const read of this.#readers) {
      try {
        read();
      } catch (fault) {
        onFault(faultText(fault));
      }
    }
    return { type: this.registry.contentType, text: await this.registry.metrics() };
  }

  #add<M>(name: string, labels: Labels, into: Map<string, M>, make: (shape: Shape) => M): M | undefined {
    if (this.#known.has(name)) return undefined;
    const known: Metric | undefined = catalogue[name];
    const labelNames = [...(known?.labels ?? Object.keys(labels))];
    const made = make({ name, help: known?.help ?? name, labelNames, registers: [this.registry] });
    this.#known.add(name);
    into.set(name, made);
    return made;
  }
}
