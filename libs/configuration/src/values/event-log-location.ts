import { parsed, unexpected, unsupported, type ValueType } from './value-type.js';

/** Which event log a node writes: one SQLite file (`path` unless it lies in `--data_dir`), or memory for tests. */
export type EventLogLocation =
  { readonly kind: 'sqlite'; readonly path: string | undefined } | { readonly kind: 'memory' };

/** What `--event_log` takes. */
export const eventLogType: ValueType<EventLogLocation> = {
  arity: 'value',
  expects: '`sqlite` or `sqlite:<path>`',
  placeholder: 'sqlite[:PATH]',
  parse(text) {
    if (text.startsWith('kafka:')) return unsupported('with a kafka: address');
    if (text === 'sqlite') return parsed({ kind: 'sqlite', path: undefined });
    const path = /^sqlite:(.+)$/s.exec(text)?.[1];
    return path === undefined ? unexpected : parsed({ kind: 'sqlite', path });
  },
  show: (value) => (value.kind === 'memory' ? 'memory' : ['sqlite', value.path].filter(Boolean).join(':')),
};
