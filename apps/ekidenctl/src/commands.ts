import type { Command } from './command.js';
import { frameworkReset } from './framework-reset.js';
import { logCopy, logVerify } from './log-copy.js';

/** Everything that `ekidenctl` does, in the order of its help. */
export const COMMANDS: readonly Command[] = [frameworkReset, logCopy, logVerify];
