#!/usr/bin/env node
/** The command: runs the bridge, writes its registration, or judges its configuration. */

import { HELP, readArguments, USAGE, type Task } from './arguments.js';
import { loadConfig, type Loaded } from './config/load.js';
import { coverage, readRegistration } from './homeserver/registration.js';
import { writeRegistration } from './homeserver/registration-write.js';
import { live } from './life.js';
import { faultText } from './model/errors.js';
import { version } from './version.js';

type TaskOf<K extends Task['kind']> = Extract<Task, { kind: K }>;

async function perform(task: Task): Promise<void> {
  switch (task.kind) {
    case 'help':
      return console.log(HELP.trimEnd());
    case 'version':
      return console.log(`causeway ${version()}`);
    case 'wrong':
      throw new Error(`${task.problem}\n${USAGE}`);
    case 'register':
      return register(task);
    case 'check':
      return check(task);
    case 'run':
      return live(task);
  }
}

function register(task: TaskOf<'register'>): void {
  const loaded = loadConfig(task.config);
  tell(loaded);
  const { kept, changes } = writeRegistration({ ...task, config: loaded.config });
  console.log(`${task.file} is written; ${kept ? 'id and tokens are as before' : 'id and tokens are new'}.`);
  for (const change of changes) console.log(`  ${change}`);
  if (kept && changes.length === 0) return console.log('The namespaces are as before.');
  console.log("Name the file in the homeserver's configuration if that is not done, and restart the homeserver.");
}

function check(task: TaskOf<'check'>): void {
  const loaded = loadConfig(task.config);
  tell(loaded);
  if (loaded.notYet.length > 0) console.error(`accepted, not yet in force: ${loaded.notYet.join(', ')}`);
  if (task.file !== undefined) {
    for (const warning of coverage(readRegistration(task.file), loaded.config)) console.error(warning);
  }
  if (loaded.config.database.engine === 'postgres') {
    // The configuration is right, but whoever asks wants to know whether the bridge would start.
    throw new Error(`${task.config}: database.engine: PostgreSQL is not in this version yet, so the bridge would not start. Use engine: nedb for now`);
  }
  const networks = Object.keys(loaded.config.ircService.servers);
  console.log(`${task.config}: no faults. Networks: ${networks.join(', ')}.`);
}

function tell({ warnings }: Loaded): void {
  for (const warning of warnings) console.error(warning);
}

try {
  await perform(readArguments(process.argv.slice(2)));
} catch (fault) {
  for (const line of faultText(fault).split('\n')) console.error(line);
  // Whatever a start that failed has left open does not keep the process.
  process.exit(1);
}
