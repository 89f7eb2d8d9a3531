import type { Command } from '../command-line/command.js';
import { APP_COMMANDS } from './app-commands.js';
import { completeWords, completionScript } from './completion.js';
import { GROUP_COMMANDS } from './group-commands.js';
import { RECORD_COMMANDS } from './record-commands.js';
import { TASK_COMMANDS } from './task-commands.js';

const COMPLETION: Command = {
  name: 'completion',
  summary: 'prints the script that completes words in a shell',
  arguments: [{ name: 'SHELL', completion: ['bash', 'zsh'] }],
  examples: ['completion bash', 'completion zsh'],
  run: completionScript,
};

/** All commands, in the order of help. */
export const COMMANDS: readonly Command[] = [
  ...APP_COMMANDS,
  ...GROUP_COMMANDS,
  ...TASK_COMMANDS,
  ...RECORD_COMMANDS,
  COMPLETION,
];

/** What the scripts of the shells call. */
export const COMPLETE_WORDS: Command = {
  name: 'completion words',
  summary: 'prints what may stand in place of the last word',
  arguments: [{ name: 'WORD', optional: true, repeated: true }],
  examples: ['completion words -- app li'],
  run: (call) => completeWords(call, COMMANDS),
};
