/** The life of a running process: start, signals, faults nobody caught, end. */

import type { App } from './app.js';
import type { Config } from './config/config.js';
import { hotChanges } from './config/hot.js';
import { loadConfig, worldReadable } from './config/load.js';
import { coverage, readRegistration } from './homeserver/registration.js';
import { stayAlive, systemClock, within } from './lib/clock.js';
import { logOutputs, type LogOutputs } from './lib/log-outputs.js';
import { faultText } from './model/errors.js';

/** How long a stop may take before the process ends all the same; what is not done stays in the journal. */
const STOP_MS = 20_000;
/** The exit code of a fault that nobody caught (CLI-7). */
const UNCAUGHT = 101;

/** Runs the bridge until a signal ends the process. Rejects when it cannot start. */
export async function live(task: {
  readonly config: string;
  readonly file: string;
  readonly port?: number;
}): Promise<void> {
  const loaded = loadConfig(task.config);
  const registration = readRegistration(task.file);
  const outputs = logOutputs(loaded.config.ircService.logging, systemClock);
  const { log } = outputs;
  // A lock of an earlier boot is watched for a while: Node would take that for the end, without a word.
  const starting = stayAlive();
  let rejections = 0;
  process.on('unhandledRejection', (fault) =>
    log.error('unhandled rejection', { count: ++rejections, fault, at: stackOf(fault) }),
  );
  process.on('uncaughtException', (fault) => {
    log.error('uncaught exception', { fault, at: stackOf(fault) });
    process.exit(UNCAUGHT);
  });
  const port = task.port === undefined ? {} : { port: task.port };
  // Loaded late, so that what is wrong with a configuration is told before the large libraries are read; and signals
  // are heard before that, since until then Node ends at a SIGHUP.
  const started = import('./app.js').then(({ startApp }) =>
    startApp({ config: loaded.config, registration, log, clock: systemClock, ...port }),
  );
  onStopSignals(started, outputs);
  onHangup(task.config, loaded.config, started, outputs);
  const open = worldReadable(task.file);
  const notes = [...loaded.warnings, ...(open === undefined ? [] : [open]), ...coverage(registration, loaded.config)];
  for (const warning of notes) log.warn(warning);
  if (loaded.notYet.length > 0) log.warn(`accepted, not yet in force: ${loaded.notYet.join(', ')}`);
  await started.catch((fault: unknown) => {
    log.error('cannot start', { fault });
    throw fault;
  });
  starting.end();
}

/** SIGTERM and SIGINT end the process in order with exit code 0; the second one, or the deadline, at once with 1. */
function onStopSignals(started: Promise<App>, { log }: LogOutputs): void {
  let asked = false;
  const stop = async (signal: string): Promise<void> => {
    if (asked) {
      log.warn('ended by a second signal', { signal });
      process.exit(1);
    }
    asked = true;
    try {
      const ended = started.then((app) => app.stop(`Bridge terminating on ${signal}`)).then(() => true);
      const inTime = await within(systemClock, STOP_MS, ended, () => false);
      if (!inTime) log.error('could not stop in time', { seconds: STOP_MS / 1000 });
      process.exit(inTime ? 0 : 1);
    } catch (fault) {
      log.error('fault while stopping', { fault });
      process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => void stop(signal));
}

/** SIGHUP reads the configuration again (CLI-9) and opens the log files anew (CLI-10). */
function onHangup(path: string, first: Config, started: Promise<App>, outputs: LogOutputs): void {
  const { log } = outputs;
  let running = first;
  const reload = async (): Promise<void> => {
    const { config: read, warnings } = loadConfig(path);
    const { config, applied, needRestart } = hotChanges(running, read);
    outputs.use(config.ircService.logging);
    for (const warning of warnings) log.warn(warning);
    if (needRestart.length > 0) log.warn(`needs restart: ${needRestart.join(', ')}`);
    const app = await started;
    app.reload(config);
    running = config;
    log.info(`configuration read again; changed: ${applied.length > 0 ? applied.join(', ') : 'nothing'}`);
  };
  process.on('SIGHUP', () => {
    outputs.use(running.ircService.logging);
    reload().catch((fault: unknown) => {
      log.error('the new configuration is not taken; the old one stays in force');
      for (const line of faultText(fault).split('\n')) log.error(line);
    });
  });
}

/** Where a fault came from: the first lines of its stack, in which no values stand. */
function stackOf(fault: unknown): string | undefined {
  return fault instanceof Error
    ? fault.stack
        ?.split('\n')
        .slice(1, 6)
        .map((line) => line.trim())
        .join(' ')
    : undefined;
}
