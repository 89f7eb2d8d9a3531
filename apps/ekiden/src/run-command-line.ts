import { EXIT, runCli } from '#cli';

/** Runs the command that the process was called with. */
export async function runCommandLine(): Promise<void> {
  // Whoever reads the output may have seen enough, as `head` does.
  for (const output of [process.stdout, process.stderr]) {
    output.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(EXIT.ok);
    });
  }
  const interruption = new AbortController();
  process.once('SIGINT', () => {
    interruption.abort();
    // Whoever waits for input waits no longer.
    process.stdin.destroy();
  });
  const exitCode = await runCli({
    argv: process.argv.slice(2),
    env: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    nowMs: () => Date.now(),
    interrupted: interruption.signal,
  });
  process.exitCode = exitCode;
  // Connections that are kept alive must not keep the command alive.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
}
