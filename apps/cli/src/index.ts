export { COMMAND_WORDS, runCli } from './cli.js';
export { COMMANDS } from './commands/commands.js';
export { documentation } from './command-line/documentation.js';
export { EXIT, type ExitCode } from './errors.js';
export type { Io } from './io.js';
