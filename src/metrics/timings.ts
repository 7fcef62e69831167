/** A histogram for prom-client's registry that takes an observation in a few steps: its own costs more than a line does. */

import { Histogram, type HistogramConfiguration, type MetricObjectWithValues, type MetricValueWithName } from 'prom-client';
import { Series } from './series.js';

interface Tally {
  /** By bucket, the last one for what is above all bounds. */
  readonly counts: number[];
  sum: number;
}

export class Timings extends Histogram {
  readonly #config: HistogramConfiguration<string>;
  readonly #bounds: readonly number[];
  readonly #series: Series<Tally>;

  constructor(config: HistogramConfiguration<string>) {
    super(config);
    this.#config = config;
    this.#bounds = config.buckets ?? [];
    this.#series = new Series(config.labelNames ?? [], () => ({ counts: this.#bounds.map(() => 0).concat(0), sum: 0 }));
  }

  /** Counts `seconds`, which must be a number of at least 0. */
  take(seconds: number, labels: Readonly<Record<string, string>>): void {
    const tally = this.#series.of(labels);
    let at = 0;
    while (at < this.#bounds.length && seconds > (this.#bounds[at] ?? Infinity)) at++;
    tally.counts[at] = (tally.counts[at] ?? 0) + 1;
    tally.sum += seconds;
  }

  /** What the registry asks for. */
  override get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { name, help } = this.#config;
    const values: MetricValueWithName<string>[] = [];
    for (const { labels, value: tally } of this.#series.all()) {
      let count = 0;
      for (const [at, bound] of [...this.#bounds, '+Inf'].entries()) {
        count += tally.counts[at] ?? 0;
        values.push({ labels: { le: bound, ...labels }, value: count, metricName: `${name}_bucket` });
      }
      values.push({ labels, value: tally.sum, metricName: `${name}_sum` }, { labels, value: count, metricName: `${name}_count` });
    }
    // As prom-client's own give it at run time; its types want an enum that is not there and a function besides.
    const given = { name, help, type: 'histogram', values, aggregator: 'sum' };
    return Promise.resolve(given as unknown as MetricObjectWithValues<MetricValueWithName<string>>);
  }

  /** What the registry asks for first, where there is one. */
  getForPromString(): ReturnType<Timings['get']> {
    return this.get();
  }
}
