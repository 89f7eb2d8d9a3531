import { SubmitCommand, type ApiCommand } from '#domain';
import type { EventLog, NewEvent } from '#event-log';

/** What a test breaks on purpose within a node. */
export interface NodeDefects {
  /** The log says that a batch is durable before it is. */
  readonly acknowledgesEarly?: boolean;
  /** Definitions lose these fields on their way to the writer. */
  readonly forgets?: readonly string[];
  /** Commands with the same key are decided anew each time. */
  readonly ignoresKeys?: boolean;
}

/** The log of a node, with what is to be broken of it. */
export function brokenLog(log: EventLog, { acknowledgesEarly }: NodeDefects): EventLog {
  if (acknowledgesEarly !== true) return log;
  return new Proxy(log, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (name === 'append') {
        return async (events: readonly NewEvent[], epoch: number) => {
          target.append(events, epoch).catch(() => undefined);
          const head = await target.head();
          return { first: head + 1, last: head + events.length };
        };
      }
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** A command as it reaches the writer. */
export function brokenCommand(submit: SubmitCommand, { forgets, ignoresKeys }: NodeDefects): SubmitCommand {
  const { command, actor, idempotencyKey } = submit;
  const kept = forgets === undefined ? command : without(command, forgets);
  return new SubmitCommand(
    kept,
    actor,
    ignoresKeys === true ? `${idempotencyKey}!${performance.now()}` : idempotencyKey,
  );
}

function without(command: ApiCommand, fields: readonly string[]): ApiCommand {
  if (!('json' in command) || typeof command.json !== 'object' || command.json === null) return command;
  const json = Object.fromEntries(Object.entries(command.json).filter(([field]) => !fields.includes(field)));
  return { ...command, json };
}
