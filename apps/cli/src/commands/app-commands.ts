import {
  AT_OPTION,
  DEPLOY_OPTIONS,
  PLAN_OPTIONS,
  type ArgumentSpec,
  type Command,
} from '../command-line/command.js';
import { APP_OPTIONS } from '../definition/app-options.js';
import {
  createApp,
  deleteApp,
  planApp,
  restartApp,
  rollbackApp,
  scaleApp,
  updateApp,
} from './app-changes.js';
import { getApp, listApps } from './app-list.js';
import { HISTORY_OPTIONS, historyOf } from './history.js';
import { diff, listVersions, why } from './past.js';

const ID: ArgumentSpec = { name: 'ID', completion: 'app' };

const SET_OPTION = {
  set: {
    value: 'PATH=VALUE',
    repeatable: true,
    description: 'one member: `container.docker.image=nginx:1.27`, `/labels/a.b=c`; `null` takes it away',
  },
} as const;

const REPLACE_OPTION = {
  replace: { description: 'the definition is whole: what it does not name takes its default' },
} as const;

/** Everything about apps. */
export const APP_COMMANDS: readonly Command[] = [
  {
    name: 'app list',
    summary: 'lists apps',
    options: {
      label: { value: 'SELECTOR', description: 'with these labels: `tier==web`, `tier in (web, db), !test`' },
      id: { value: 'TEXT', description: 'with this in their ids' },
      cmd: { value: 'TEXT', description: 'with this in their commands' },
      ...AT_OPTION,
    },
    examples: [
      'app list',
      'app list --label tier==web',
      'app list --at 8h',
      'app list --json | jq .apps[].id',
    ],
    run: listApps,
  },
  {
    name: 'app get',
    summary: 'shows an app and its tasks',
    arguments: [ID],
    options: {
      version: { value: 'VERSION', description: 'the definition of this version' },
      ...AT_OPTION,
    },
    examples: ['app get /web', 'app get /web --at "2026-11-22 23:00"', 'app get /web --json'],
    run: getApp,
  },
  {
    name: 'app create',
    summary: 'creates an app from a definition, from options, or from both',
    details: ['FILE is JSON as `POST /v2/apps` takes it, `-` the standard input. Options come on top of it.'],
    arguments: [{ name: 'FILE', optional: true, completion: 'file' }],
    options: {
      id: { value: 'ID', description: 'the id of the app' },
      ...APP_OPTIONS,
      ...SET_OPTION,
      ...PLAN_OPTIONS,
      ...DEPLOY_OPTIONS,
    },
    examples: [
      'app create web.json',
      "app create --id /web --cmd 'python3 -m http.server $PORT0' --port 0 --instances 2 --mem 64",
      'app create --id /proxy --image nginx:1.27 --port 80 --label tier=edge --wait',
      'app create - --plan < web.json',
    ],
    run: createApp,
  },
  {
    name: 'app update',
    summary: 'changes an app: with a definition, options or single members',
    details: ['What is not named stays as it is. `--env` and `--label` add to what there is.'],
    arguments: [ID, { name: 'FILE', optional: true, completion: 'file' }],
    options: { ...APP_OPTIONS, ...SET_OPTION, ...REPLACE_OPTION, ...PLAN_OPTIONS, ...DEPLOY_OPTIONS },
    examples: [
      'app update /web --mem 256 --reason "ran out of memory"',
      'app update /web --set container.docker.image=nginx:1.27 --plan',
      'app update /web --set env.LEVEL=debug --set upgradeStrategy.minimumHealthCapacity=0.5',
      'app update /web web.json --replace',
    ],
    run: updateApp,
  },
  {
    name: 'app scale',
    summary: 'changes how many instances an app has',
    details: ['0 suspends it: the definition stays, no instance runs.'],
    arguments: [ID, { name: 'INSTANCES' }],
    options: { ...PLAN_OPTIONS, ...DEPLOY_OPTIONS },
    examples: [
      'app scale /web 5',
      'app scale /web 0 --reason "saves money at night"',
      'app scale /web 5 --plan',
    ],
    run: scaleApp,
  },
  {
    name: 'app restart',
    summary: 'replaces all instances of an app as its upgrade strategy says',
    arguments: [ID],
    options: { ...PLAN_OPTIONS, ...DEPLOY_OPTIONS },
    examples: ['app restart /web', 'app restart /web --no-wait'],
    run: restartApp,
  },
  {
    name: 'app delete',
    summary: 'deletes an app and ends its tasks',
    details: ['Its history stays; `ekiden app rollback` brings it back.'],
    arguments: [ID],
    options: { ...PLAN_OPTIONS, ...DEPLOY_OPTIONS },
    examples: ['app delete /web', 'app delete /web --yes --reason "moved to /shop/web"'],
    run: deleteApp,
  },
  {
    name: 'app versions',
    summary: 'lists the versions of an app, newest first',
    arguments: [ID],
    options: { all: { description: 'all that are kept, not the newest only' } },
    examples: ['app versions /web', 'app versions /web --all'],
    run: (call) => listVersions(call, 'app'),
  },
  {
    name: 'app rollback',
    summary: 'brings an app back to how it was',
    details: [
      'TO is a version, a position or a time. The old definition becomes a new version; nothing is forgotten.',
      'A deleted app comes into being again.',
    ],
    arguments: [ID, { name: 'TO' }],
    options: DEPLOY_OPTIONS,
    examples: [
      'app rollback /web 1234',
      'app rollback /web 8h',
      'app rollback /web 2026-11-22T21:14:03.120Z',
    ],
    run: rollbackApp,
  },
  {
    name: 'app history',
    summary: 'shows who changed an app, when, how and why',
    details: [
      'One line per command; `--events` shows everything that happened. Deleted apps have a history, too.',
      'The position is that of its first event: at the position before, all was as before it.',
    ],
    arguments: [ID],
    options: HISTORY_OPTIONS,
    examples: [
      'app history /web',
      'app history /web --from 1d --actor ann',
      'app history /web --events --limit 200',
    ],
    run: (call) => historyOf(call, 'app'),
  },
  {
    name: 'app diff',
    summary: 'shows what differs between two versions or instants of an app',
    details: [
      'FROM and TO are versions, positions or times. Without them: the last change. Without TO: until now.',
    ],
    arguments: [ID, { name: 'FROM', optional: true }, { name: 'TO', optional: true }],
    examples: ['app diff /web', 'app diff /web 8h', 'app diff /web 1200 1300'],
    run: (call) => diff(call, 'app'),
  },
  {
    name: 'app why',
    summary: 'tells why an app, or one instance of it, runs, waits or died',
    arguments: [ID],
    examples: ['app why /web', 'app why web.instance-6f1e0d2c-8a1b-11ef-9f3a-0242ac110002'],
    run: why,
  },
  {
    name: 'app plan',
    summary: 'shows what a change would do, without doing it',
    details: [
      'TARGET is a definition (a file, or `-`), or the id of an app to which the options are applied.',
      'Exits with 1 if the change would be refused.',
    ],
    arguments: [{ name: 'TARGET', completion: 'file' }],
    options: {
      ...APP_OPTIONS,
      ...SET_OPTION,
      ...REPLACE_OPTION,
      force: { description: 'as with the `--force` of the change' },
    },
    examples: ['app plan web.json', 'app plan /web --instances 10', 'app plan /web --set cpus=2 --json'],
    run: planApp,
  },
];
