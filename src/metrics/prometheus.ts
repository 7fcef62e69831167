/** Metrics on a prom-client registry of our own. */

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { catalogue, type Metric } from './catalogue.js';
import type { Metrics } from './port.js';

type Labels = Readonly<Record<string, string>>;

export class PrometheusMetrics implements Metrics {
  readonly registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #gauges = new Map<string, Gauge>();

  /** A metric that the catalogue does not know is made with the labels of its first use, so that none is lost. */
  count(name: string, labels: Labels = {}, by = 1): void {
    const metric = this.#counters.get(name) ?? this.#add(name, labels, this.#counters, (shape) => new Counter(shape));
    metric.inc(labels, by);
  }

  time(name: string, seconds: number, labels: Labels = {}): void {
    const metric =
      this.#histograms.get(name) ??
      this.#add(name, labels, this.#histograms, (shape) => {
        const buckets = catalogue[name]?.buckets;
        return new Histogram(buckets === undefined ? shape : { ...shape, buckets: [...buckets] });
      });
    metric.observe(labels, Math.max(0, seconds));
  }

  set(name: string, value: number, labels: Labels = {}): void {
    const metric = this.#gauges.get(name) ?? this.#add(name, labels, this.#gauges, (shape) => new Gauge(shape));
    metric.set(labels, value);
  }

  #add<M>(
    name: string,
    labels: Labels,
    into: Map<string, M>,
    make: (shape: { name: string; help: string; labelNames: string[]; registers: Registry[] }) => M,
  ): M {
    const known: Metric | undefined = catalogue[name];
    const labelNames = [...(known?.labels ?? Object.keys(labels))];
    const made = make({ name, help: known?.help ?? name, labelNames, registers: [this.registry] });
    into.set(name, made);
    return made;
  }
}
