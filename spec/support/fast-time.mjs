/** Loaded before the bridge: its time runs so many times as fast as the world's, so that waits of minutes can be tried. */

const factor = Number(process.env.SPEC_TIME_FACTOR ?? 1);
const { setTimeout: slowTimeout, setInterval: slowInterval } = globalThis;
const [wall, uptime] = [Date.now.bind(Date), performance.now.bind(performance)];
const [wallStart, upStart] = [wall(), uptime()];
globalThis.setTimeout = (job, ms = 0, ...more) => slowTimeout(job, ms / factor, ...more);
globalThis.setInterval = (job, ms = 0, ...more) => slowInterval(job, ms / factor, ...more);
Date.now = () => Math.round(wallStart + (wall() - wallStart) * factor);
performance.now = () => upStart + (uptime() - upStart) * factor;
