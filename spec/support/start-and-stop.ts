/** Starts the bridge without the process around it, and stops it at SIGUSR2; whatever it left open keeps this process. */

import { startApp } from '../../src/app.js';
import { loadConfig } from '../../src/config/load.js';
import { readRegistration } from '../../src/homeserver/registration.js';
import { systemClock } from '../../src/lib/clock.js';
import { quiet } from '../../src/lib/log.js';

const [, , config = '', file = '', port = ''] = process.argv;
const app = await startApp({
  config: loadConfig(config).config,
  registration: readRegistration(file),
  port: Number(port),
  log: quiet,
  clock: systemClock,
});
process.once('SIGUSR2', () => {
  void app.stop('Stopped by a spec').then(() => {
    console.log(`stopped ${process.getActiveResourcesInfo().join(' ')}`);
  });
});
console.log('started');
