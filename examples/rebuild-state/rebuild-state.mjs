#!/usr/bin/env node
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { follow } from './follow.mjs';
import { printApps, printDeployments, printGroups } from './printed.mjs';
import { apply, emptyState } from './state.mjs';

const HELP = `usage: node rebuild-state.mjs [--url URL] [--until POSITION]

Follows the event log of Ekiden from its beginning and rebuilds apps, groups, tasks, health and deployments from it.

  --url URL         the server, http://127.0.0.1:8080 by default; user and password may stand in it
  --until POSITION  print the state at this position, and end
  --help            show this

Without --until it follows for ever. A line on standard input makes it print the state: a number as soon as it has come to
that position, an empty line at once. The state is one line of JSON: {"position", "apps", "groups", "deployments"}, in the
forms of GET /v2/apps?embed=apps.tasks&embed=apps.lastTaskFailure, GET /v2/groups and GET /v2/deployments.`;

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    until: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}

const state = emptyState();
/** Positions at which somebody wants to see the state. */
let wanted = values.until === undefined ? [] : [Number(values.until)];

function printWhatIsWanted() {
  const due = wanted.filter((position) => position <= state.position);
  if (due.length === 0) return;
  wanted = wanted.filter((position) => position > state.position);
  const printed = JSON.stringify({
    position: state.position,
    apps: printApps(state),
    groups: printGroups(state),
    deployments: printDeployments(state),
  });
  for (const _ of due) process.stdout.write(`${printed}\n`);
  if (values.until !== undefined) process.stdout.write('', () => process.exit(0));
}

if (values.until === undefined) {
  createInterface({ input: process.stdin }).on('line', (line) => {
    wanted.push(Number(line));
    printWhatIsWanted();
  });
}
printWhatIsWanted();
await follow(values.url, 0, (event) => {
  if (values.until !== undefined && wanted.length === 0) return;
  apply(state, event);
  printWhatIsWanted();
});
