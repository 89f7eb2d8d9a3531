import { bareType, pathType, textType } from '../values/basic-types.js';
import { rolesType } from '../values/roles.js';
import { flag } from './flag.js';

/** What this process is and how it reads its settings (`spec/operations.md §9.1, §9.4`). */
export const processFlags = {
  roles: flag(rolesType, 'What this process does; one that is `api` alone never stands for election.', {
    default: ['api', 'scheduler'],
  }),
  emulated_version: flag(
    textType('a version such as 1.11.0', (text) => /^\d+\.\d+\.\d+$/.test(text), 'X.Y.Z'),
    'Marathon version shown in /v2/info; clients branch on it.',
    { default: '1.11.0' },
  ),
  keep_tasks: flag(
    bareType,
    'Leave tasks running when Ekiden stops; the next start finds them again. Only with the local cluster: a real ' +
      'Mesos always keeps them.',
    { default: false },
  ),
  config: flag(pathType, 'JSON file {"flag": value, …}; every other source wins over it. YAML is not read.'),
  strict_env: flag(bareType, 'Unknown MARATHON_* and EKIDEN_* variables stop the start.', { default: false }),
  check_config: flag(bareType, 'Check the configuration, say what is wrong, and exit.', { default: false }),
};
