import { SubmitCommand, type AppDefinition, type EventData } from '#domain';
import type { EventLog, NewEvent, Snapshot } from '#event-log';

/** What a test breaks on purpose within a node. */
export interface NodeDefects {
  /** The log says that a batch is durable before it is. */
  readonly acknowledgesEarly?: boolean;
  /** The writer heeds no minimumHealthCapacity, although every stored definition asks for all of it. */
  readonly skipsMinimum?: boolean;
  /** Snapshots hold another state than the log tells. */
  readonly foldsWrongly?: boolean;
  /** Commands with the same key are decided anew each time. */
  readonly ignoresKeys?: boolean;
  /** What is noted of the deliveries to a webhook is further than they have come. */
  readonly notesTooFar?: boolean;
}

/** The log of a node, with what is to be broken of it. */
export function brokenLog(log: EventLog, defects: NodeDefects): EventLog {
  const { acknowledgesEarly, skipsMinimum, foldsWrongly, notesTooFar } = defects;
  if (![acknowledgesEarly, skipsMinimum, foldsWrongly, notesTooFar].includes(true)) return log;
  const change = skipsMinimum === true ? demandAll : notesTooFar === true ? noteMore : undefined;
  const append = async (events: readonly NewEvent[], epoch: number) => {
    const written = log.append(change === undefined ? events : events.map(change), epoch);
    if (acknowledgesEarly !== true) return written;
    written.catch(() => undefined);
    const head = await log.head();
    return { first: head + 1, last: head + events.length };
  };
  const saveSnapshot = async (snapshot: Snapshot) => {
    // The state of a writer that differs from what the log says is not to be found by another check.
    if (change !== undefined) return;
    const state = [...snapshot.state].map((slice) => slice.replace('"Running"', '"Stopped"'));
    await log.saveSnapshot(foldsWrongly === true ? { ...snapshot, state } : snapshot);
  };
  const broken: Partial<EventLog> = { append, saveSnapshot };
  return new Proxy(log, {
    get(target, name) {
      const value: unknown = Reflect.get(broken, name) ?? Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** A command as it reaches the writer. */
export function brokenCommand(submit: SubmitCommand, { ignoresKeys }: NodeDefects): SubmitCommand {
  if (ignoresKeys !== true) return submit;
  const { command, actor, idempotencyKey } = submit;
  return new SubmitCommand(command, actor, `${idempotencyKey}!${performance.now()}`);
}

/** Once in a while, so that the next leader begins too far. */
function noteMore(event: NewEvent): NewEvent {
  if (event.type !== 'WebhookAdvanced') return event;
  const { id, position } = event.data as EventData['WebhookAdvanced'];
  return { ...event, data: { id, position: position + 3 } };
}

function demandAll(event: NewEvent): NewEvent {
  const { app } = event.data as { app?: AppDefinition };
  if (app === undefined) return event;
  const upgradeStrategy = { ...app.upgradeStrategy, minimumHealthCapacity: 1 };
  return { ...event, data: { ...(event.data as object), app: { ...app, upgradeStrategy } } };
}
