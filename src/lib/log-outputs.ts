/** Log lines to console and files, as the section `logging` says, and as it says anew after a reload. */

import type { Clock } from './clock.js';
import { consoleSink, lineAsJson, lineAsText, makeLog, type Log, type LogLevel, type LogLine } from './log.js';
import { logFile, type LogFile } from './log-file.js';

/** The part of the configuration's section that says where lines go. */
export interface LogSettings {
  readonly level: LogLevel;
  readonly toConsole: boolean;
  readonly timestamp: boolean;
  /** Each line is a JSON object. */
  readonly json?: boolean;
  readonly logfile?: string | undefined;
  /** Gets the errors alone, besides `logfile`. */
  readonly errfile?: string | undefined;
  readonly maxFiles: number;
  /** Say in each line where in the program it comes from. */
  readonly verbose?: boolean;
}

export interface LogOutputs {
  readonly log: Log;
  /** Puts new settings in force and opens the files anew. */
  use(settings: LogSettings): void;
}

/** Opens the outputs. A file that cannot be written is told on the console and does not stop anything. */
export function logOutputs(settings: LogSettings, clock: Clock): LogOutputs {
  let files: readonly LogFile[] = [];
  let sink: (line: LogLine) => void = () => undefined;
  let least: LogLevel = settings.level;
  let verbose = false;
  const use = (now: LogSettings): void => {
    for (const file of files) file.reopen();
    least = now.level;
    verbose = now.verbose === true;
    const asText = (line: LogLine): string => (now.json === true ? lineAsJson : lineAsText)(line, now.timestamp);
    const toConsole = consoleSink(asText);
    const open = (path: string | undefined): LogFile | undefined =>
      path === undefined
        ? undefined
        : logFile(path, {
            maxFiles: now.maxFiles,
            clock,
            onFault: (fault) =>
              toConsole({
                at: new Date(),
                level: 'error',
                part: 'log',
                event: 'log file not writable',
                fields: { path, fault },
              }),
          });
    const all = open(now.logfile);
    const errors = open(now.errfile);
    files = [all, errors].filter((file) => file !== undefined);
    sink = (line) => {
      if (now.toConsole) toConsole(line);
      if (!all && !errors) return;
      const text = asText(line);
      all?.write(text);
      if (line.level === 'error') errors?.write(text);
    };
  };
  use(settings);
  const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];
  const log = makeLog('debug', (line) => {
    if (order.indexOf(line.level) < order.indexOf(least)) return;
    sink(verbose ? { ...line, site: callSite() } : line);
  });
  return { log, use };
}

/** The file and line that asked for the log line: the first frame outside of the logger. */
function callSite(): string {
  const frames = new Error('where').stack?.split('\n').slice(1) ?? [];
  const asker = frames.find((frame) => !/[\\/]lib[\\/]log(?:-outputs)?\.[jt]s/u.test(frame)) ?? '';
  return /([^\\/(]+[\\/][^\\/]+:\d+):\d+\)?$/u.exec(asker)?.[1] ?? 'unknown';
}
