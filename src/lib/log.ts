/** Log lines: a lower-case event, then fields. The level is checked before anything is formatted. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, unknown>>;
/** One line, ready to be written by a sink. */
export interface LogLine {
  readonly at: Date;
  readonly level: LogLevel;
  readonly part: string;
  readonly event: string;
  readonly fields: LogFields;
  /** Where in the program it was said (`logging.verbose`). */
  readonly site?: string;
}

export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  /** The same sink, with the part of the program named. */
  part(name: string): Log;
}

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
/** Field names whose values never reach a line, whatever they hold (INV-9). */
const SECRET = /pass(word|wd|key)?$|token|secret|authorization|sasl|^key$/iu;

/** Makes a logger that hands lines of `least` and above to `sink`. */
export function makeLog(least: LogLevel, sink: (line: LogLine) => void, part = 'bridge'): Log {
  const from = LEVELS.indexOf(least);
  const say = (level: LogLevel, event: string, fields: LogFields): void => {
    if (LEVELS.indexOf(level) >= from) sink({ at: new Date(), level, part, event, fields });
  };
  return {
    debug: (event, fields = {}) => say('debug', event, fields),
    info: (event, fields = {}) => say('info', event, fields),
    warn: (event, fields = {}) => say('warn', event, fields),
    error: (event, fields = {}) => say('error', event, fields),
    part: (name) => makeLog(least, sink, name),
  };
}

/** Ids start with when the process did, so that no two lives share one. */
const LIFE = Math.floor(performance.timeOrigin).toString(36);
const requests = new WeakMap<object, string>();
let minted = 0;

/**
 * The id of something that the bridge was asked to do, for the field `request` of each log line that belongs to it
 * (MET-14). It is made only when a line is said: what is never logged costs nothing.
 * @param subject what was asked: an event of IRC, an HTTP request
 * @param known the id of its journal entry, where it has one
 */
export function requestOf(subject: object, known?: string): string {
  const id = requests.get(subject) ?? known ?? `${LIFE}.${(minted++).toString(36)}`;
  requests.set(subject, id);
  return id;
}

/** Has a fault remember on which request it came. */
export function blame(fault: unknown, request: string): void {
  if (typeof fault === 'object' && fault !== null) requestOf(fault, request);
}

/** The request on which a fault came, if that was told. */
export function requestOfFault(fault: unknown): string | undefined {
  return typeof fault === 'object' && fault !== null ? requests.get(fault) : undefined;
}

/** Does the work that `subject` asks for; a fault of it remembers that. */
export async function traced(subject: object, work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (fault) {
    blame(fault, requestOf(subject));
    throw fault;
  }
}

/** Text in a field longer than this is cut, and so is a whole field longer than four times this. */
const LONGEST = 500;

/** A line as text: control characters escaped, so that nobody outside can forge a second line or move the cursor. */
export function lineAsText(line: LogLine, withTime: boolean): string {
  const fields = Object.entries(line.fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${fieldText(name, value)}`)
    .join(' ');
  const time = withTime ? `${line.at.toISOString()} ` : '';
  const site = line.site === undefined ? '' : ` (${line.site})`;
  const head = `${time}${line.level.toUpperCase().padEnd(5)} ${line.part}: ${line.event}${site}`;
  return fields === '' ? head : `${head} ${fields}`;
}

/** A line as one JSON object (MET-14): the fields, then `time` (ISO 8601), `level`, `part`, `event` and perhaps `site`. */
export function lineAsJson(line: LogLine, withTime: boolean): string {
  const fields = Object.entries(line.fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${wholeText(name, value)}`);
  const { level, part, event, site } = line;
  const head = { ...(withTime ? { time: line.at.toISOString() } : {}), level, part, event, site };
  return `{${[...fields, JSON.stringify(head).slice(1)].join(',')}`;
}

/** A field as JSON; what is too long as a cut string, so that the whole stays JSON. */
function wholeText(name: string, value: unknown): string {
  const text = fieldText(name, value);
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

function fieldText(name: string, value: unknown): string {
  if (SECRET.test(name)) return '…';
  try {
    const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return cut(JSON.stringify(value, shown).replace(UNSEEN, escape), 4 * LONGEST);
  } catch (fault) {
    // A ring, a bigint, a function: a log line must never be the fault itself.
    return `(${fault instanceof Error ? fault.name : 'fault'})`;
  }
}

/** What JSON leaves as it is and a terminal or a reader of lines does not: DEL, C1, line separators, text direction. */
const UNSEEN = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Shortens and hides at any depth. */
function shown(name: string, value: unknown): unknown {
  if (name !== '' && SECRET.test(name)) return '…';
  if (value instanceof Error) {
    const code = 'code' in value ? `${String(value.code)}: ` : '';
    return cut(code + value.message, LONGEST);
  }
  return typeof value === 'string' ? cut(value, LONGEST) : value;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Writes to standard output (errors and warnings to standard error). */
export function consoleSink(asText: (line: LogLine) => string): (line: LogLine) => void {
  return (line) => {
    const text = asText(line);
    if (line.level === 'error' || line.level === 'warn') console.error(text);
    else console.log(text);
  };
}

/** A logger that says nothing, for tests. */
export const quiet: Log = makeLog('error', () => undefined);
