/** Loaded before the bridge: its time runs so many times as fast as the world's, and its wall clock may jump. */

const factor = Number(process.env.SPEC_TIME_FACTOR ?? 1);
const { setTimeout: slowTimeout, setInterval: slowInterval } = globalThis;
const [wall, uptime] = [Date.now.bind(Date), performance.now.bind(performance)];
const [wallStart, upStart] = [wall(), uptime()];
globalThis.setTimeout = (job, ms = 0, ...more) => slowTimeout(job, ms / factor, ...more);
globalThis.setInterval = (job, ms = 0, ...more) => slowInterval(job, ms / factor, ...more);
let jumped = 0;
Date.now = () => Math.round(wallStart + (wall() - wallStart) * factor) + jumped;
const jumps = (process.env.SPEC_CLOCK_JUMPS ?? '').split(',').filter((ms) => ms !== '').map(Number);
if (jumps.length > 0) slowInterval(() => (jumped += jumps.shift() ?? 0), 500).unref();
performance.now = () => upStart + (uptime() - upStart) * factor;
