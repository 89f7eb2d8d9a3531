import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { EXIT_CODES, helpText, loadConfiguration, settingLines, type ExitCode } from '#configuration';
import { createLogging } from '#observability';
import { banner } from './banner.js';
import { Ekiden } from './ekiden.js';
import { exitCodeFor, messageFor } from './exit-code-for.js';
import { stopOn, stopSignal } from './stop-on-signal.js';

/** Runs a node until it is told to end, or says why it cannot; what `npm start` does. */
export async function serve(): Promise<void> {
  const result = loadConfiguration({ argv: process.argv.slice(2), env: process.env });
  if (!result.ok) {
    for (const warning of result.warnings) complain(`warning: ${warning}`);
    for (const message of result.messages) complain(message);
    complain('`npm start -- --help` shows all flags.');
    return leave(result.exitCode);
  }
  const { version } = packageFacts();
  switch (result.action) {
    case 'help':
    case 'help-all': {
      const columns = process.stdout.columns ?? 100;
      return print(helpText({ all: result.action === 'help-all', columns }));
    }
    case 'version':
      return print(`ekiden ${version}`);
    case 'check':
      return print('The configuration is valid.');
    case 'start': {
      const { configuration, settings, warnings } = result;
      const logging = createLogging({ level: configuration.loggingLevel });
      const logger = logging.logger('ekiden');
      for (const warning of warnings) logger.warn({}, warning);
      logger.info({ settings: settingLines(settings) }, 'settings; `*` marks those that were given');
      const fatal = (exitCode: ExitCode, message: string): void => {
        logger.error({ exitCode }, message);
        void logging.flush().finally(() => process.exit(exitCode));
      };
      process.on('uncaughtException', (error) => fatal(EXIT_CODES.uncaughtError, String(error.stack)));
      const signalled = stopSignal(logging);
      try {
        const buildRevision = process.env['EKIDEN_BUILD_REVISION'] ?? version;
        const ekiden = await Ekiden.start({
          configuration,
          settings,
          buildRevision,
          logging,
          onFatal: fatal,
        });
        print(banner(ekiden, configuration.keepTasks));
        await stopOn(await signalled, ekiden, configuration, logging);
        await logging.flush();
        leave(EXIT_CODES.stopped);
      } catch (error) {
        fatal(exitCodeFor(error), messageFor(error));
      }
    }
  }
}

function packageFacts(): { version: string } {
  const file = new URL('../../../../package.json', import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as { version: string };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

function leave(exitCode: ExitCode): void {
  process.exitCode = exitCode;
}
