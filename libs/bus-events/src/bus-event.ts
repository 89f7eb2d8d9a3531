/** An event in Marathon's public words (`spec/operations.md` §3). */
export interface BusEvent {
  readonly type: string;
  /** Absolute ids of the apps it is about; empty when it is about none. */
  readonly appIds: readonly string[];
  /** The whole event as JSON on one line. */
  readonly json: string;
}

/** Puts together an event; `fields` are a plain value. */
export function busEvent(
  type: string,
  timestamp: string,
  appIds: readonly string[],
  fields: Readonly<Record<string, unknown>>,
): BusEvent {
  return { type, appIds, json: JSON.stringify({ ...fields, eventType: type, timestamp }) };
}
