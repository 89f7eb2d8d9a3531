import {
  AT_OPTION,
  DEPLOY_OPTIONS,
  PLAN_OPTIONS,
  type ArgumentSpec,
  type Command,
} from '../command-line/command.js';
import {
  createGroup,
  deleteGroup,
  getGroup,
  listGroups,
  planGroup,
  rollbackGroup,
  scaleGroup,
  updateGroup,
} from './groups.js';
import { HISTORY_OPTIONS, historyOf } from './history.js';
import { diff, listVersions } from './past.js';

const ID: ArgumentSpec = { name: 'ID', completion: 'group' };
const FILE: ArgumentSpec = { name: 'FILE', completion: 'file' };

/** Everything about groups. */
export const GROUP_COMMANDS: readonly Command[] = [
  {
    name: 'group list',
    summary: 'lists groups',
    options: AT_OPTION,
    examples: ['group list', 'group list --at 2d'],
    run: listGroups,
  },
  {
    name: 'group get',
    summary: 'shows a group and the apps below it',
    arguments: [ID],
    options: { version: { value: 'VERSION', description: 'as of this version' }, ...AT_OPTION },
    examples: ['group get /shop', 'group get /shop --at 1234', 'group get / --json'],
    run: getGroup,
  },
  {
    name: 'group create',
    summary: 'creates a group with its apps from a definition',
    details: ['FILE is JSON as `POST /v2/groups` takes it, `-` the standard input.'],
    arguments: [FILE],
    options: { ...PLAN_OPTIONS, ...DEPLOY_OPTIONS },
    examples: ['group create shop.json', 'group create - --wait < shop.json'],
    run: createGroup,
  },
  {
    name: 'group update',
    summary: 'changes a group as a definition says',
    details: ['FILE is JSON as `PUT /v2/groups/{id}` takes it: its lists of apps and groups are whole.'],
    arguments: [ID, FILE],
    options: { ...PLAN_OPTIONS, ...DEPLOY_OPTIONS },
    examples: ['group update /shop shop.json --plan', 'group update /shop - < shop.json'],
    run: updateGroup,
  },
  {
    name: 'group scale',
    summary: 'multiplies the instances of everything below a group',
    arguments: [ID, { name: 'FACTOR' }],
    options: { ...PLAN_OPTIONS, ...DEPLOY_OPTIONS },
    examples: ['group scale /shop 2', 'group scale /shop 0.5 --plan'],
    run: scaleGroup,
  },
  {
    name: 'group delete',
    summary: 'deletes a group with everything below it',
    arguments: [ID],
    options: { ...PLAN_OPTIONS, ...DEPLOY_OPTIONS },
    examples: ['group delete /shop', 'group delete /shop --yes --force'],
    run: deleteGroup,
  },
  {
    name: 'group versions',
    summary: 'lists the versions of a group, newest first',
    arguments: [ID],
    options: { all: { description: 'all that are kept, not the newest only' } },
    examples: ['group versions /shop'],
    run: (call) => listVersions(call, 'group'),
  },
  {
    name: 'group rollback',
    summary: 'brings a group and everything below it back to how it was',
    details: ['TO is a version, a position or a time.'],
    arguments: [ID, { name: 'TO' }],
    options: DEPLOY_OPTIONS,
    examples: ['group rollback /shop 1234', 'group rollback /shop 8h --reason "the release was bad"'],
    run: rollbackGroup,
  },
  {
    name: 'group history',
    summary: 'shows who changed what at or below a group',
    arguments: [ID],
    options: HISTORY_OPTIONS,
    examples: ['group history /shop', 'group history / --from 1d'],
    run: (call) => historyOf(call, 'group'),
  },
  {
    name: 'group diff',
    summary: 'shows what differs below a group between two instants',
    details: [
      'FROM and TO are versions, positions or times. Without them: the last change. Without TO: until now.',
    ],
    arguments: [ID, { name: 'FROM', optional: true }, { name: 'TO', optional: true }],
    examples: ['group diff /shop 8h', 'group diff / 1200 1300'],
    run: (call) => diff(call, 'group'),
  },
  {
    name: 'group plan',
    summary: 'shows what a group definition would do, without doing it',
    details: ['Exits with 1 if the change would be refused.'],
    arguments: [FILE],
    options: { force: { description: 'as with the `--force` of the change' } },
    examples: ['group plan shop.json', 'group plan - --json < shop.json'],
    run: planGroup,
  },
];
