/** What is asked of the bridge, and what the rows of a run say to it: the second table that `npm run bench` prints. */

import type { Who } from './place.js';
import type { Row } from './works.js';

/** A figure of a row: which column of which work, at how many people (by default whatever there is). */
interface Figure {
  readonly work: string;
  readonly column: string;
  readonly people?: 'one' | 'many';
  /** The row with deaf clients: fewer than four copies of each line with many people. */
  readonly deaf?: boolean;
}

/** A demand: at most or at least so many times what the relay, or the bridge itself elsewhere, does; or so much plainly. */
interface Demand {
  readonly what: string;
  readonly ours: Figure;
  readonly than?: Figure & { readonly who: Who };
  readonly bound: 'at most' | 'at least';
  readonly limit: number;
}

const relay = (figure: Figure): Figure & { who: Who } => ({ ...figure, who: 'relay' });
const own = (figure: Figure): Figure & { who: Who } => ({ ...figure, who: 'causeway' });
const [FULL, CALM, CPU, RATE] = ['IRC→Matrix, all it can', 'IRC→Matrix, 50/s', 'CPU ms', '1/s'];
const [ONE, MANY]: readonly [Figure, Figure] = [{ work: FULL, column: RATE, people: 'one' }, { work: FULL, column: RATE, people: 'many' }];
const [ONE_CPU, MANY_CPU] = [{ ...ONE, column: CPU }, { ...MANY, column: CPU }];
const [CALM_ONE, CALM_MANY]: readonly [Figure, Figure] = [{ work: CALM, column: CPU, people: 'one' }, { work: CALM, column: CPU, people: 'many' }];
const BACK: Figure = { work: 'Matrix→IRC, all it can', column: RATE };

const DEMANDS: readonly Demand[] = [
  { what: 'CPU ms a line from IRC, all it can, 1 person', ours: ONE_CPU, than: relay(ONE_CPU), bound: 'at most', limit: 2 },
  { what: '… many people', ours: MANY_CPU, than: relay(MANY_CPU), bound: 'at most', limit: 2 },
  { what: 'CPU ms a line at 50/s, many people', ours: CALM_MANY, than: relay(CALM_MANY), bound: 'at most', limit: 1.2 },
  { what: 'lines/s from IRC, 1 person', ours: ONE, than: relay(ONE), bound: 'at least', limit: 0.7 },
  { what: '… many people', ours: MANY, than: relay(MANY), bound: 'at least', limit: 0.8 },
  { what: '… many deaf people, beside our own with 1', ours: { ...MANY, deaf: true }, than: own(ONE), bound: 'at least', limit: 0.9 },
  { what: 'CPU ms a line at 50/s, many deaf, beside our own with 1', ours: { ...CALM_MANY, deaf: true }, than: own(CALM_ONE), bound: 'at most', limit: 1.5 },
  { what: 'messages/s to IRC, many people', ours: BACK, than: relay(BACK), bound: 'at least', limit: 0.5 },
  { what: 'ms to IRC at 50/s, median', ours: { work: 'Matrix→IRC, 50/s', column: 'p50 ms' }, bound: 'at most', limit: 4 },
  { what: '… 99 of 100', ours: { work: 'Matrix→IRC, 50/s', column: 'p99 ms' }, bound: 'at most', limit: 25 },
  { what: 'burst of 20,000 events, s', ours: { work: 'burst of 20,000 events', column: 's' }, bound: 'at most', limit: 2 },
  { what: '… peak MiB', ours: { work: 'burst of 20,000 events', column: 'peak MiB' }, bound: 'at most', limit: 250 },
  { what: 'clients online, s', ours: { work: 'clients online', column: 's' }, than: relay({ work: 'clients online', column: 's' }), bound: 'at most', limit: 1.7 },
  { what: 'KiB a client', ours: { work: 'clients online', column: 'KiB each' }, bound: 'at most', limit: 60 },
  { what: 'start with 1,000 channels, s', ours: { work: 'start, 1,000 channels', column: 's' }, bound: 'at most', limit: 10 },
  { what: 'IRC server restarted, 200 people back, s', ours: { work: 'IRC server restarted', column: 's' }, bound: 'at most', limit: 5 },
];

/** The lines of a Markdown table for those demands that the rows say something to. */
export function verdicts(rows: readonly Row[]): readonly string[] {
  const lines = DEMANDS.flatMap((demand) => {
    const [ours, theirs] = [find(rows, { ...demand.ours, who: 'causeway' }), demand.than && find(rows, demand.than)];
    if (ours === undefined || (demand.than && theirs === undefined)) return [];
    const measured = theirs === undefined ? ours : ours / theirs;
    const met = demand.bound === 'at most' ? measured <= demand.limit : measured >= demand.limit;
    const asked = `${demand.bound} ${demand.limit}${demand.than ? ' ×' : ''}`;
    const ratio = theirs === undefined ? '' : measured.toFixed(2);
    return [`| ${[demand.what, asked, theirs ?? '', ours, ratio, met ? 'yes' : 'no'].join(' | ')} |`];
  });
  return lines.length === 0 ? [] : ['| what | asked | beside | ours | ratio | met |', `|${' --- |'.repeat(6)}`, ...lines];
}

function find(rows: readonly Row[], { who, work, column, people, deaf = false }: Figure & { who: Who }): number | undefined {
  const row = rows.find((one) => {
    const isDeaf = Number(one['people']) > 3 && one['copies'] !== undefined && Number(one['copies']) <= 3;
    const fits = people === undefined || (people === 'one') === (Number(one['people']) === 1);
    return one['who'] === who && one['work'] === work && fits && isDeaf === deaf;
  });
  const value = Number(row?.[column]);
  return row === undefined || Number.isNaN(value) ? undefined : value;
}
