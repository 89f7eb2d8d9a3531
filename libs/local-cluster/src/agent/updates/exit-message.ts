/** `strsignal` by signal name (spec/local-cluster.md §14). */
const signalTexts: Readonly<Record<string, string>> = {
  SIGHUP: 'Hangup',
  SIGINT: 'Interrupt',
  SIGQUIT: 'Quit',
  SIGILL: 'Illegal instruction',
  SIGTRAP: 'Trace/breakpoint trap',
  SIGABRT: 'Aborted',
  SIGIOT: 'Aborted',
  SIGBUS: 'Bus error',
  SIGFPE: 'Floating point exception',
  SIGKILL: 'Killed',
  SIGUSR1: 'User defined signal 1',
  SIGSEGV: 'Segmentation fault',
  SIGUSR2: 'User defined signal 2',
  SIGPIPE: 'Broken pipe',
  SIGALRM: 'Alarm clock',
  SIGTERM: 'Terminated',
  SIGSTKFLT: 'Stack fault',
  SIGXCPU: 'CPU time limit exceeded',
  SIGXFSZ: 'File size limit exceeded',
  SIGVTALRM: 'Virtual timer expired',
  SIGPROF: 'Profiling timer expired',
  SIGIO: 'I/O possible',
  SIGPOLL: 'I/O possible',
  SIGPWR: 'Power failure',
  SIGSYS: 'Bad system call',
};

/** What is known of an end; neither: the kernel's answer was lost. */
export interface End {
  readonly code?: number | undefined;
  readonly signal?: string | undefined;
}

/** How a process ended, in the words of the command executor. */
export function exitMessage(end: End): string {
  return knownEnd('Command', end) ?? 'Command terminated with unknown status';
}

/** How a DOCKER container ended, in the words of its executor (spec/local-cluster.md §17.4). */
export function containerExitMessage(end: End): string {
  return knownEnd('Container', end) ?? 'Failed to get exit status of container';
}

function knownEnd(what: string, { code, signal }: End): string | undefined {
  if (signal !== undefined) {
    return `${what} terminated with signal ${signalTexts[signal] ?? `Unknown signal ${signal}`}`;
  }
  return code === undefined ? undefined : `${what} exited with status ${code}`;
}
