import { splitList } from './basic-types.js';
import { parsed, refused, unsupported, type ValueType } from './value-type.js';

/** What a process can do. */
export type ProcessRole = 'api' | 'scheduler';

const ROLES: readonly ProcessRole[] = ['api', 'scheduler'];

/** `api,scheduler` in any order; a process with one of them needs a log that several processes share. */
export const rolesType: ValueType<readonly ProcessRole[]> = {
  arity: 'value',
  expects: '`api,scheduler`',
  placeholder: 'ROLE,…',
  parse(text) {
    const items = splitList(text);
    const unknown = items.find((item) => !ROLES.some((role) => role === item));
    if (unknown !== undefined)
      return refused(`has the unknown role \`${unknown}\`; known are ${ROLES.join(', ')}`);
    return ROLES.every((role) => items.includes(role)) ? parsed(ROLES) : unsupported(`with only \`${text}\``);
  },
  show: (value) => value,
};
