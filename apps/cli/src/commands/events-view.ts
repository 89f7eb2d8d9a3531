import type { Screen } from '../output/screen.js';

/** Who asked for something. */
export interface ActorView {
  readonly kind: string;
  readonly name?: string;
  readonly address?: string;
  readonly via?: string;
  readonly onBehalfOf?: string;
  readonly reason?: string;
}

/** An event of the log as `/ekiden/v1` shows it (CloudEvents). */
export interface EventView {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly position: number;
  readonly actor: ActorView;
  readonly correlationid?: string;
  readonly causationid?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** `ann for bob`, else the address, else what kind of actor it was. */
export function actorText({ kind, name, address, onBehalfOf }: ActorView): string {
  const who = name ?? (onBehalfOf === undefined ? (address ?? kind) : undefined);
  if (onBehalfOf === undefined) return who ?? kind;
  return who === undefined ? onBehalfOf : `${who} for ${onBehalfOf}`;
}

/** `io.ekiden.AppCreated` is `AppCreated` to people. */
export const shortType = (type: string): string => type.slice(type.lastIndexOf('.') + 1);

/** A table of events. */
export function showEvents(screen: Screen, events: readonly EventView[]): void {
  screen.table<EventView>(
    [
      { title: 'POSITION', align: 'right', value: ({ position }) => position },
      { title: 'TIME', value: ({ time }) => time },
      { title: 'TYPE', value: ({ type }) => shortType(type) },
      { title: 'SUBJECT', value: ({ subject }) => subject },
      { title: 'WHO', value: ({ actor }) => actorText(actor) },
      { title: 'WHAT', flexible: true, value: essence },
    ],
    events,
  );
}

/** What matters most in an event's data, in a few words. */
export function essence({ data }: EventView): string {
  const app = data['app'] as { instances?: number; version?: string } | undefined;
  const plan = data['plan'] as { id?: string; steps?: readonly unknown[] } | undefined;
  const parts = [
    app === undefined ? undefined : `${app.instances} instances, version ${app.version}`,
    plan === undefined ? undefined : `${plan.steps?.length ?? 0} steps`,
    ...['condition', 'state', 'reason', 'message', 'change', 'goal'].map((name) => data[name]),
  ];
  return parts.filter((part) => typeof part === 'string' && part !== '').join(', ');
}
