/** Loaded before the bridge: its disk has no room for files below a directory while a certain file is there. */

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const below = process.env.SPEC_DISK ?? '';
const mark = process.env.SPEC_DISK_FULL ?? '';
const paths = new Map();
const isBelow = (path) => typeof path === 'string' && path.startsWith(below);
const full = (path) => isBelow(path) && fs.existsSync(mark);
const fault = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28, syscall: 'write' });

const { openSync, closeSync, writeSync, writeFileSync, appendFileSync } = fs;
fs.openSync = (path, ...more) => {
  const file = openSync(path, ...more);
  paths.set(file, String(path));
  return file;
};
fs.closeSync = (file) => {
  paths.delete(file);
  closeSync(file);
};
const checked = (write) => (file, ...more) => {
  if (full(typeof file === 'number' ? paths.get(file) : file)) throw fault();
  return write(file, ...more);
};
fs.writeSync = checked(writeSync);
fs.writeFileSync = checked(writeFileSync);
fs.appendFileSync = checked(appendFileSync);

const open = fs.promises.open;
fs.promises.open = async (path, ...more) => {
  const file = await open(path, ...more);
  for (const name of ['write', 'writev', 'writeFile', 'appendFile']) {
    const write = file[name].bind(file);
    file[name] = async (...what) => {
      if (full(String(path))) throw fault();
      return write(...what);
    };
  }
  return file;
};
for (const name of ['writeFile', 'appendFile']) {
  const [later, promised] = [fs[name], fs.promises[name]];
  fs[name] = (path, ...more) => (full(path) ? setImmediate(more.at(-1), fault()) : later(path, ...more));
  fs.promises[name] = async (path, ...more) => {
    if (full(path)) throw fault();
    return promised(path, ...more);
  };
}
syncBuiltinESMExports();
