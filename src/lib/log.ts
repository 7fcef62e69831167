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

/** A line as text: control characters escaped, so that nobody outside can forge a second line. */
export function lineAsText(line: LogLine, withTime: boolean): string {
  const fields = Object.entries(line.fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${SECRET.test(name) ? '…' : JSON.stringify(shown(value))}`)
    .join(' ');
  const head = `${withTime ? `${line.at.toISOString()} ` : ''}${line.level.toUpperCase().padEnd(5)} ${line.part}: ${line.event}`;
  return fields === '' ? head : `${head} ${fields}`;
}

function shown(value: unknown): unknown {
  if (value instanceof Error) return 'code' in value ? `${String(value.code)}: ${value.message}` : value.message;
  if (typeof value === 'string') return value.length > 500 ? `${value.slice(0, 500)}…` : value;
  return value;
}

/** Writes to standard output (errors and warnings to standard error). */
export function consoleSink(withTime: boolean): (line: LogLine) => void {
  return (line) => {
    const text = lineAsText(line, withTime);
    if (line.level === 'error' || line.level === 'warn') console.error(text);
    else console.log(text);
  };
}

/** A logger that says nothing, for tests. */
export const quiet: Log = makeLog('error', () => undefined);
