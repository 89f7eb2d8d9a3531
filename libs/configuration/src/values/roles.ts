import { splitList } from './basic-types.js';
import { parsed, refused, type ValueType } from './value-type.js';

/** What a process can do. */
export type ProcessRole = 'api' | 'scheduler';

const ROLES: readonly ProcessRole[] = ['api', 'scheduler'];

/**
 * `api,scheduler` in any order, or `api` for a node that never stands for election. There is no scheduler without an
 * API: writes are forwarded to the leader's.
 */
export const rolesType: ValueType<readonly ProcessRole[]> = {
  arity: 'value',
  expects: '`api,scheduler` or `api`',
  placeholder: 'ROLE,…',
  parse(text) {
    const items = splitList(text);
    const unknown = items.find((item) => !ROLES.some((role) => role === item));
    if (unknown !== undefined)
      return refused(`has the unknown role \`${unknown}\`; known are ${ROLES.join(', ')}`);
    if (!items.includes('api'))
      return refused('must contain `api`: the other nodes forward writes to the API of the one that leads');
    return parsed(ROLES.filter((role) => items.includes(role)));
  },
  show: (value) => value,
};
