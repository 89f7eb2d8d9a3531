// One program: flags start a node, the first word of a command runs the command line. Each is loaded only when it is
// wanted.
const [word] = process.argv.slice(2);

if (word === undefined || word.startsWith('-') || !(await isCommand(word))) {
  const { serve } = await import('./serve.js');
  await serve();
} else {
  const { runCommandLine } = await import('./run-command-line.js');
  await runCommandLine();
}

async function isCommand(text: string): Promise<boolean> {
  const { COMMAND_WORDS } = await import('#cli');
  return COMMAND_WORDS.has(text);
}
