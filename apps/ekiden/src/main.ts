// One program: flags start a node, a word is a command of the command line. Each is loaded only when it is wanted.
const [word] = process.argv.slice(2);

if (word === undefined || word.startsWith('-')) {
  const { serve } = await import('./serve.js');
  await serve();
} else {
  const { runCommandLine } = await import('./run-command-line.js');
  await runCommandLine();
}
