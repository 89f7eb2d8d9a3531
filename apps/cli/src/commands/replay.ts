import type { Call } from '../command-line/command.js';
import { EXIT, type ExitCode } from '../errors.js';
import { whenOf } from '../when.js';
import { Past } from '../replay/past.js';
import { eventsUpTo, positionOf } from '../replay/raw-events.js';

/** Folds the log up to a place on this machine and shows what came out; the server and Mesos are not touched. */
export async function replay(call: Call): Promise<ExitCode> {
  const { input, screen, io } = call;
  const to = input.option('to');
  const position = await positionOf(call.api, to === undefined ? undefined : whenOf(to, io.nowMs()));
  const port = input.number('serve');
  const past = new Past();
  for await (const events of eventsUpTo(call.api, position)) {
    past.fold(events);
    if (port !== undefined) past.keep(events);
    if (io.stderr.isTTY === true) screen.rawNote(`\r\u001B[K${past.position} of ${position} events`);
  }
  if (io.stderr.isTTY === true) screen.rawNote('\r\u001B[K');
  const summary = past.summary();
  if (screen.json) screen.line(JSON.stringify(summary));
  else show(call, summary);
  if (port === undefined) return EXIT.ok;
  const { servePast } = await import('../replay/serve-past.js');
  const served = await servePast(past, port);
  screen.note(`the state at position ${past.position} is served on ${served.url}, read-only, until Ctrl-C`);
  await new Promise<void>((resolve) => {
    if (io.interrupted.aborted) resolve();
    io.interrupted.addEventListener('abort', () => resolve());
  });
  await served.close();
  return EXIT.ok;
}

function show({ screen }: Call, summary: ReturnType<Past['summary']>): void {
  screen.fields([
    ['position', summary.position],
    ['time', summary.time],
    ['apps', summary.apps.length],
    ['groups', summary.groups],
    ['instances', summary.instances],
    ['deployments', summary.deployments],
    ['state hash', summary.stateHash],
  ]);
  if (summary.apps.length === 0) return;
  screen.line();
  screen.table(
    [
      { title: 'ID', value: ({ id }) => id },
      { title: 'RUNNING', align: 'right', value: ({ running, instances }) => `${running}/${instances}` },
      { title: 'VERSION', value: ({ version }) => version },
      { title: 'RUNS', flexible: true, value: ({ cmd, image }) => image ?? cmd },
    ],
    summary.apps,
  );
}
