import { AT_OPTION, DEPLOY_OPTIONS, WRITE_OPTIONS, type Command } from '../command-line/command.js';
import { cancelDeployment, getDeployment, listDeployments, watchDeployments } from './deployments.js';
import { taskLogs } from './task-logs.js';
import { killTasks, listTasks } from './tasks.js';

/** Everything about tasks and deployments. */
export const TASK_COMMANDS: readonly Command[] = [
  {
    name: 'task list',
    summary: 'lists tasks, all or those of an app',
    arguments: [{ name: 'APP', optional: true, completion: 'app' }],
    options: AT_OPTION,
    examples: ['task list', 'task list /web', 'task list /web --at 8h'],
    run: listTasks,
  },
  {
    name: 'task kill',
    summary: 'ends tasks; their apps start others in their place',
    arguments: [{ name: 'ID', repeated: true, completion: 'task' }],
    options: {
      scale: { description: 'scale the apps down instead' },
      wipe: { description: 'give up what the tasks left behind on their agents' },
      yes: { short: 'y', description: 'do not ask' },
      ...DEPLOY_OPTIONS,
    },
    examples: ['task kill web.instance-6f1e0d2c-8a1b-11ef-9f3a-0242ac110002._app.1 --scale'],
    run: killTasks,
  },
  {
    name: 'task logs',
    summary: 'prints what a task wrote, and with -f what it writes',
    details: [
      'ID is a task, an instance, or an app that has one task (or none: then the one that failed last).',
      'Tasks that have ended have logs as long as the agent keeps their sandbox.',
    ],
    arguments: [{ name: 'ID', completion: 'task' }],
    options: {
      follow: { short: 'f', description: 'go on until the task ends' },
      stderr: { description: 'its standard error output' },
      file: { value: 'PATH', description: 'another file of its sandbox' },
      bytes: { value: 'N', description: 'begin so many bytes before the end; 65536' },
      all: { description: 'begin at the beginning' },
    },
    examples: ['task logs /web -f', 'task logs /web --stderr --all', 'task logs /web --file logs/access.log'],
    run: taskLogs,
  },
  {
    name: 'deployment list',
    summary: 'lists deployments that are under way, or all',
    options: {
      all: { description: 'those that have ended, too' },
      app: { value: 'ID', description: 'that change this app', completion: 'app' },
      limit: { value: 'N', description: 'at most so many; 50' },
      ...AT_OPTION,
    },
    examples: ['deployment list', 'deployment list --all --app /web', 'deployment list --at 8h'],
    run: listDeployments,
  },
  {
    name: 'deployment get',
    summary: 'shows a deployment with its steps, also one that has ended',
    arguments: [{ name: 'ID', completion: 'deployment' }],
    examples: ['deployment get 6f1e0d2c-8a1b-4b1e-9f3a-0242ac110002'],
    run: getDeployment,
  },
  {
    name: 'deployment watch',
    summary: 'follows deployments until they end',
    details: ['Without ID: all that are under way. Exits with 1 if one fails.'],
    arguments: [{ name: 'ID', optional: true, repeated: true, completion: 'deployment' }],
    examples: ['deployment watch', 'deployment watch 6f1e0d2c-8a1b-4b1e-9f3a-0242ac110002'],
    run: watchDeployments,
  },
  {
    name: 'deployment cancel',
    summary: 'rolls back what a deployment changed; with --force, stops it where it is',
    arguments: [{ name: 'ID', completion: 'deployment' }],
    options: { ...DEPLOY_OPTIONS, force: { ...WRITE_OPTIONS['force']!, description: 'stop it where it is' } },
    examples: ['deployment cancel 6f1e0d2c-8a1b-4b1e-9f3a-0242ac110002'],
    run: cancelDeployment,
  },
];
