/** The few file operations that can fail for want of room or of a disk, behind an interface so that tests make them fail. */

import { closeSync, constants, fdatasync, fsync, ftruncateSync, openSync, unlinkSync, writeSync } from 'node:fs';

/** Whether a fault means that there is no room, rather than that the disk is ill. */
export function isFullDisk(fault: unknown): boolean {
  return fault instanceof Error && 'code' in fault && (fault.code === 'ENOSPC' || fault.code === 'EDQUOT');
}

/** What segments and the file of seen ids do to the disk. All but the syncs happen in the caller's tick. */
export interface Disk {
  /** Opens for writing, made if missing, readable by the owner alone. */
  open(path: string): number;
  /** Writes at a place; may write less than asked. Gives the number of bytes written. */
  write(file: number, data: Uint8Array, from: number, length: number, position: number): number;
  truncate(file: number, length: number): void;
  /** Resolves when the file's content is on the disk. */
  sync(file: number): Promise<void>;
  /** Resolves when the names in a directory are on the disk. */
  syncDirectory(path: string): Promise<void>;
  close(file: number): void;
  remove(path: string): void;
}

/** The disk of this machine. Not opened for appending: Linux would then ignore the position of a write. */
export const realDisk: Disk = {
  open: (path) => openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600),
  write: (file, data, from, length, position) => writeSync(file, data, from, length, position),
  truncate: (file, length) => ftruncateSync(file, length),
  sync: (file) =>
    new Promise((resolve, reject) => fdatasync(file, (fault) => (fault ? reject(fault) : resolve()))),
  syncDirectory(path) {
    const directory = openSync(path, 'r');
    return new Promise((resolve, reject) =>
      fsync(directory, (fault) => {
        closeSync(directory);
        if (fault) reject(fault);
        else resolve();
      }),
    );
  },
  close: (file) => closeSync(file),
  remove: (path) => unlinkSync(path),
};
