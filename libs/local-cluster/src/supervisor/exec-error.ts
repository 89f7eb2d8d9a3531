/** Texts of the C library for what can prevent a file from being executed. */
const texts: Readonly<Record<string, string>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  ENOEXEC: 'Exec format error',
  ENOTDIR: 'Not a directory',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  ENAMETOOLONG: 'File name too long',
  E2BIG: 'Argument list too long',
  EPERM: 'Operation not permitted',
  ETXTBSY: 'Text file busy',
  EAGAIN: 'Resource temporarily unavailable',
  ENOMEM: 'Cannot allocate memory',
  EMFILE: 'Too many open files',
  ENFILE: 'Too many open files in system',
  EINVAL: 'Invalid argument',
};

/** Failures that concern the machine, not the file: no process could be made at all. */
const forkFailures: ReadonlySet<string> = new Set(['EAGAIN', 'ENOMEM', 'EMFILE', 'ENFILE']);

/** What `strerror` says about an error of Node. */
export function errorText(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return texts[code ?? ''] ?? message;
}

/** Whether `fork` failed rather than `exec`. */
export function isForkFailure(error: unknown): boolean {
  return forkFailures.has((error as NodeJS.ErrnoException).code ?? '');
}
