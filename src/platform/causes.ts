import { NeuroForgeError } from '../core/errors.ts';
import { codeOf } from './disk.ts';

/** What a system error means, and what to do about it. `SYSTEM:CODE` goes before `CODE`. */
const causes: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'free some space, or choose a folder on another disk'],
  EDQUOT: ['your quota is used up', 'remove files of yours, or choose a folder on another disk'],
  EFBIG: ['the file would be larger than is allowed here', 'raise the limit (ulimit -f), or choose another disk'],
  EIO: ['the device failed', 'check the disk and its cable, look into the system log, and choose another disk'],
  EACCES: ['no permission', 'choose a folder that you may write to, or ask its owner'],
  EPERM: ['it is not permitted', 'choose a folder that you may write to, or ask its owner'],
  EROFS: ['the file system is read-only', 'choose a folder on another disk'],
  EMFILE: ['this process has too many files open', 'raise the limit (ulimit -n) and start again'],
  ENFILE: ['the whole system has too many files open', 'close other programs and start again'],
  EISDIR: ['it is a folder', 'remove or rename that folder, or choose another name'],
  ENOTDIR: ['a part of its path is a file', 'choose another path'],
  ENOENT: ['its folder does not exist', 'make the folder first, or choose another'],
  ENAMETOOLONG: ['its name is too long', 'choose a shorter name, or a folder nearer to the root'],
  EBUSY: ['another program uses it', 'close that program and start again'],
  ESTALE: ['the network file system has lost it', 'mount it again, or choose a local folder'],
  ENODEV: ['the device is gone', 'connect it again, or choose another disk'],
  ENXIO: ['the device is gone', 'connect it again, or choose another disk'],
  ETIMEDOUT: ['the network file system does not answer', 'look at the connection, or choose a local folder'],
  'win32:EPERM': ['another program has it open, or it is protected', 'close what shows or scans it, and start again'],
  'win32:EACCES': ['another program has it open, or you lack permission', 'close what shows or scans it'],
};

/** NF2901 when there is nothing at `where`, NF2902 with the cause otherwise. */
export function cannotRead(where: string, cause: unknown): NeuroForgeError {
  const code = codeOf(cause);
  if (isMissing(cause)) return new NeuroForgeError('NF2901', 'no such file or folder', { where, cause });
  const hints: Record<string, string> = {
    EACCES: 'ask its owner for permission to read it',
    EPERM: 'ask its owner for permission to read it',
    EIO: 'check the disk and its cable, and take another copy of the file',
    EISDIR: 'name a file in it',
  };
  const [reason, hint] = causes[code] ?? [said(cause), undefined];
  return new NeuroForgeError('NF2902', `cannot be read: ${reason}`, { where, hint: hints[code] ?? hint, cause });
}

/** NF2903 when `where` is taken, NF2904 with the cause otherwise: it cannot be `done`. */
export function cannotWrite(where: string, cause: unknown, system: string, done = 'written'): NeuroForgeError {
  const code = codeOf(cause);
  if (code === 'EEXIST') return new NeuroForgeError('NF2903', 'exists already', { where, cause });
  const [reason, hint] = causes[`${system}:${code}`] ?? causes[code] ?? [said(cause), undefined];
  return new NeuroForgeError('NF2904', `cannot be ${done}: ${reason}`, { where, hint, cause });
}

/** Whether the error says that there is nothing of that name. A name that no file can have is one of nothing. */
export function isMissing(cause: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE', 'ELOOP'].includes(codeOf(cause));
}

function said(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
