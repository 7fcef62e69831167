/** Metrics on a prom-client registry of our own. */

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { catalogue, type Metric } from './catalogue.js';
import type { Metrics } from './port.js';

type Labels = Readonly<Record<string, string>>;
/** What prom-client needs to make one. */
interface Shape {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
}

/**
 * Never throws: counting must not cost a message. A name that the catalogue does not know is made with the labels of
 * its first use; a label that a metric does not have is left out, one that is missing is empty; a name used as two kinds is
 * kept as the first.
 */
export class PrometheusMetrics implements Metrics {
  readonly registry = new Registry();
  readonly #labelNames = new Map<string, readonly string[]>();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #gauges = new Map<string, Gauge>();

  count(name: string, labels: Labels = {}, by = 1): void {
    const metric = this.#counters.get(name) ?? this.#add(name, labels, this.#counters, (shape) => new Counter(shape));
    // A counter only grows.
    if (by >= 0) metric?.inc(this.#known(name, labels), by);
  }

  time(name: string, seconds: number, labels: Labels = {}): void {
    const metric =
      this.#histograms.get(name) ??
      this.#add(name, labels, this.#histograms, (shape) => {
        const buckets = catalogue[name]?.buckets;
        return new Histogram(buckets === undefined ? shape : { ...shape, buckets: [...buckets] });
      });
    metric?.observe(this.#known(name, labels), Number.isFinite(seconds) ? Math.max(0, seconds) : 0);
  }

  set(name: string, value: number, labels: Labels = {}): void {
    const metric = this.#gauges.get(name) ?? this.#add(name, labels, this.#gauges, (shape) => new Gauge(shape));
    metric?.set(this.#known(name, labels), value);
  }

  #known(name: string, labels: Labels): Record<string, string> {
    return Object.fromEntries((this.#labelNames.get(name) ?? []).map((label) => [label, labels[label] ?? '']));
  }

  #add<M>(name: string, labels: Labels, into: Map<string, M>, make: (shape: Shape) => M): M | undefined {
    if (this.#labelNames.has(name)) return undefined;
    const known: Metric | undefined = catalogue[name];
    const labelNames = [...(known?.labels ?? Object.keys(labels))];
    const made = make({ name, help: known?.help ?? name, labelNames, registers: [this.registry] });
    this.#labelNames.set(name, labelNames);
    into.set(name, made);
    return made;
  }
}
